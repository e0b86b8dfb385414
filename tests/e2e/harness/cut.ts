import { docker } from "../../docker.ts";
import { RELAY_UDP_PORT, WIREGUARD_NODE_PORT } from "../../../lib/names.ts";

/** Where Cargo's datagrams go: to the relay where the suite is told to go through the API server. */
const LINE_PORT = Deno.env.get("GEFYRA_TRANSPORT") === "api-server" ? RELAY_UDP_PORT : WIREGUARD_NODE_PORT;

/** Rules for a container's network. */
export async function nft(container: string, rules: string): Promise<void> {
  await docker(["exec", "--interactive", container, "nft", "-f", "-"], new TextEncoder().encode(rules));
}

/** No datagram of the tunnel passes Cargo any more, in either direction, as if a line were cut. Returns what mends it. */
export async function cut(
  cargo: string,
  { address, port = LINE_PORT }: { address?: string; port?: number } = {},
): Promise<() => Promise<unknown>> {
  const to = address ? `ip daddr ${address} ` : "", from = address ? `ip saddr ${address} ` : "";
  const rules = `table ip outage {
    chain in { type filter hook input priority 0; ${from}udp sport ${port} drop; }
    chain out { type filter hook output priority 0; ${to}udp dport ${port} drop; }
  }`;
  await nft(cargo, rules);
  return () => docker(["exec", cargo, "nft", "delete", "table", "ip", "outage"]);
}
