import { clientRef, type GefyraClient } from "../api/client.ts";
import type { Cluster } from "../kube/cluster.ts";
import { patchFinalizers } from "../kube/finalizers.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../names.ts";
import { waitFor } from "../wait.ts";

/** Without an operator, nobody else waits for the client's end. */
export async function removeClient(
  cluster: Cluster,
  { namespace, name }: { namespace: string; name: string },
  operated: boolean,
): Promise<void> {
  const ref = clientRef(namespace, name);
  if (!await cluster.remove(ref)) return;
  if (!operated) {
    const client = await cluster.get<GefyraClient>(ref);
    const finalizers = client?.metadata?.finalizers?.filter((one) => one !== FINALIZER) ?? [];
    if (client) await patchFinalizers(cluster, ref, client, finalizers);
  }
  await waitFor(async () => await cluster.get(ref) === undefined, {
    what: `client "${name}" to be gone`,
    timeout: RESTORE_TIMEOUT_MS,
  });
}
