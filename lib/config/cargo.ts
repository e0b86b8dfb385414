/** Everything that Cargo is told: the files that `cargo apply` reads. Pure. */
import { STOWAWAY_TUNNEL_ADDRESS, TUNNEL_MTU } from "../names.ts";
import type { TunnelStatus } from "../api/client.ts";
import { hostIn, hosts } from "./addresses.ts";
import { cargoNftables } from "./nftables.ts";
import { cargoWireguard } from "./wireguard.ts";
import { networkConf } from "../contract.ts";

export interface CargoSettings {
  /** `HOST:PORT` that is called; without it there is no peer. */
  endpoint?: string | undefined;
  /** All that may answer, the best first: Cargo tries them when the other end is silent. */
  endpoints?: string[];
  /** Bytes. */
  mtu?: number;
  /** The cluster's ranges, where only they use the tunnel; everything does when absent. */
  only?: string[] | undefined;
}

export function cargoFiles(
  tunnel: TunnelStatus,
  dockerSubnet: string,
  { endpoint, endpoints = [], mtu = TUNNEL_MTU, only }: CargoSettings,
): Record<string, string> {
  return {
    "wireguard.conf": cargoWireguard(tunnel.serverPublicKey, endpoint),
    "nftables.conf": cargoNftables(tunnel.subnet, dockerSubnet, { local: only !== undefined }),
    "network.conf": networkConf({
      ADDRESS: `${hostIn(tunnel.subnet, hosts.cargo)}/24`,
      MTU: mtu,
      PEER: STOWAWAY_TUNNEL_ADDRESS,
      ENDPOINTS: endpoints.length ? endpoints.join(",") : undefined,
      ROUTES: only && [`${STOWAWAY_TUNNEL_ADDRESS}/32`, ...only].join(","),
      DEFAULT_ROUTE: only ? "no" : "yes",
    }),
    "Corefile": only ? splitCorefile(tunnel.dns) : corefile(".", tunnel.dns.server),
  };
}

/**
 * Names are answered by the cluster's own resolver, as in a pod. One that does not answer is asked once more, and SERVFAIL
 * comes before two seconds are over; while it is known to be down, at once.
 */
function corefile(zones: string, server: string): string {
  return `${zones}:53 {
    errors
    cache 10 {
        servfail 1s
    }
    forward . ${server} {
        read_timeout 900ms
        max_connect_attempts 2
        max_fails 2
        health_check 500ms
        failfast_all_unhealthy_upstreams
    }
}
`;
}

/** The cluster's names and addresses are the cluster's to answer, all others this machine's. */
function splitCorefile({ server, domain }: TunnelStatus["dns"]): string {
  return `${corefile(domain, server)}${corefile("in-addr.arpa", server)}.:53 {
    errors
    cache 10
    forward . /etc/resolv.conf
}
`;
}
