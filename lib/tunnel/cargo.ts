/** Everything that Cargo is told: the files that `cargo apply` reads. Pure. */
import { DEFAULT_TUNNEL_MTU } from "../names.ts";
import type { TunnelStatus } from "../resources/client.ts";
import { hostIn, hosts } from "./addresses.ts";
import { cargoNftables } from "./nftables.ts";
import { cargoWireguard } from "./wireguard.ts";

export function cargoFiles(
  tunnel: TunnelStatus,
  dockerSubnet: string,
  endpoint: string | undefined,
): Record<string, string> {
  return {
    "wireguard.conf": cargoWireguard(tunnel.serverPublicKey, endpoint),
    "nftables.conf": cargoNftables(tunnel.subnet, dockerSubnet),
    "network.conf": [
      `ADDRESS=${hostIn(tunnel.subnet, hosts.cargo)}/24`,
      `MTU=${DEFAULT_TUNNEL_MTU}`,
      "DEFAULT_ROUTE=yes",
      "",
    ].join("\n"),
    "Corefile": corefile(tunnel.dns.server),
  };
}

/** Names are answered by the cluster's own resolver, as in a pod. */
function corefile(server: string): string {
  return `.:53 {
    errors
    cache 10
    forward . ${server} {
        max_fails 0
    }
}
`;
}
