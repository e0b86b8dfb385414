/** Each client's place in the tunnel: a /24 of its own. Pure. */
import { byAge } from "../../lib/api/age.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { isTunnelSubnet, pickTunnelSubnet } from "../../lib/config/addresses.ts";
import { GefyraError } from "../../lib/errors.ts";
import { type Limits, limitText } from "../../lib/limits.ts";

/** The place in the tunnel that a client has: not one that an older client has, too. */
export function heldSubnet(client: GefyraClient, clients: GefyraClient[]): string | undefined {
  const subnet = client.status?.tunnel?.subnet;
  const older = clients.some((other) =>
    other.metadata?.uid !== client.metadata?.uid && other.status?.tunnel?.subnet === subnet &&
    byAge(other, client) < 0
  );
  return subnet && isTunnelSubnet(subnet) && !older ? subnet : undefined;
}

/** A place for a client that has none, or why it gets none. */
export function freeSubnet(
  client: GefyraClient,
  clients: GefyraClient[],
  limits: Limits,
): string | { refusal: string } {
  const user = client.spec.owner?.user;
  const others = clients.filter(({ metadata, spec }) =>
    spec.owner?.user === user && metadata?.uid !== client.metadata?.uid
  );
  // Ages are read last: somebody may have made thousands.
  const placed = others.filter(({ status }) => status?.tunnel).length;
  const isFull = placed >= limits.GEFYRA_CLIENTS_PER_USER;
  const before = isFull ? [] : others.filter((one) => !one.status?.tunnel && byAge(one, client) < 0);
  if (isFull || placed + before.length >= limits.GEFYRA_CLIENTS_PER_USER) {
    return { refusal: limitText(`user "${user}"`, "clients", "GEFYRA_CLIENTS_PER_USER", limits) };
  }
  try {
    return pickTunnelSubnet(clients.flatMap(({ status }) => status?.tunnel?.subnet ?? []));
  } catch (error) {
    if (!(error instanceof GefyraError && error.id === "tunnel-full")) throw error;
    return { refusal: `${error.message}; ${error.hint}` };
  }
}
