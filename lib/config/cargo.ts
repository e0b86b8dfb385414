/** Cargo's whole configuration: the files that `cargo apply` reads. Pure. */
import { STOWAWAY_TUNNEL_ADDRESS, TUNNEL_MTU } from "../names.ts";
import type { TunnelStatus } from "../api/client.ts";
import { hostIn, hosts } from "./addresses.ts";
import { cargoNftables } from "./cargo-nftables.ts";
import { cargoWireguard } from "./wireguard.ts";
import { networkConf } from "../contract.ts";

export interface CargoSettings {
  /** `HOST:PORT` of Stowaway; without it there is no peer. */
  endpoint?: string | undefined;
  /** All possible endpoints, the best first: Cargo tries them when the other end is silent. */
  endpoints?: string[];
  /** Bytes. */
  mtu?: number;
  /** The cluster's ranges if only they use the tunnel; all traffic does if absent. */
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

/** The cluster's resolver answers names, as in a pod. */
function corefile(zones: string, server: string): string {
  return `${zones}:53 {
    errors
    cache 10 {
        servfail 1s
    }
${forwardToCluster(server)}}
`;
}

/**
 * If the resolver does not answer, it is asked once more, and SERVFAIL is returned within two seconds; while it is known
 * to be down, at once.
 */
export const forwardToCluster = (server: string): string =>
  `    forward . ${server} {
        read_timeout 900ms
        max_connect_attempts 2
        max_fails 2
        health_check 500ms
        failfast_all_unhealthy_upstreams
    }
`;

/** The cluster resolves its own names and addresses, this machine all others. */
function splitCorefile({ server, domain }: TunnelStatus["dns"]): string {
  return `${corefile(domain, server)}${corefile("in-addr.arpa", server)}.:53 {
    errors
    cache 10
    forward . /etc/resolv.conf
}
`;
}
