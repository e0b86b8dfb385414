import { docker } from "../../docker.ts";
import { WIREGUARD_NODE_PORT } from "../../../lib/names.ts";

/** No datagram of the tunnel passes Cargo any more, in either direction, as if a line were cut. Returns what mends it. */
export async function cut(
  cargo: string,
  { address, port = WIREGUARD_NODE_PORT }: { address?: string; port?: number } = {},
): Promise<() => Promise<unknown>> {
  const to = address ? `ip daddr ${address} ` : "", from = address ? `ip saddr ${address} ` : "";
  const rules = `table ip outage {
    chain in { type filter hook input priority 0; ${from}udp sport ${port} drop; }
    chain out { type filter hook output priority 0; ${to}udp dport ${port} drop; }
  }`;
  await docker(["exec", "--interactive", cargo, "nft", "-f", "-"], new TextEncoder().encode(rules));
  return () => docker(["exec", cargo, "nft", "delete", "table", "ip", "outage"]);
}
