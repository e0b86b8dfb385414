import type { GefyraClient } from "../api/client.ts";
import { belongsTo, type User } from "../api/owner.ts";
import { GefyraError } from "../errors.ts";

/** The client belongs to somebody else: the kubeconfig's user has changed since `gefyra up`. */
export function foreignClient(client: GefyraClient, user: User): GefyraError {
  const name = client.metadata?.name;
  return new GefyraError(
    "client-foreign",
    `Cannot use client "${name}": ${belongsTo(client)}, and you are "${user.name}"`,
    {
      exit: "forbidden",
      hint:
        "use the kubeconfig's user that connected, or disconnect as that user (`gefyra down`) and connect again; " +
        `its owner can let you bridge to it with \`gefyra up --allow-user ${user.name}\``,
    },
  );
}
