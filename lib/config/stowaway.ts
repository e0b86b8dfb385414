/** Stowaway's whole configuration: the files that `stowaway apply` reads. Pure. */
import { GefyraError } from "../errors.ts";
import { hostIn, hosts, overlaps } from "./addresses.ts";
import { STOWAWAY_PORTS, STOWAWAY_TUNNEL_ADDRESS, TUNNEL_MTU, TUNNEL_POOL } from "../names.ts";
import { type Forward, stowawayNftables } from "./stowaway-nftables.ts";
import { type StowawayPeer, stowawayWireguard } from "./wireguard.ts";
import { contract, networkConf } from "../contract.ts";

export interface StowawayState {
  privateKey: string;
  peers: StowawayPeer[];
  forwards: Forward[];
}

export function stowawayFiles({ privateKey, peers, forwards }: StowawayState): Record<string, string> {
  return {
    "wireguard.conf": stowawayWireguard(privateKey, peers),
    "nftables.conf": stowawayNftables(forwards),
    "health.json": healthJson(peers, forwards),
    "network.conf": networkConf({
      ADDRESS: `${STOWAWAY_TUNNEL_ADDRESS}/32`,
      MTU: TUNNEL_MTU,
      ROUTES: [`${TUNNEL_POOL} dev ${contract.device}`, ...peers.flatMap(narrowRoute).sort()].join(","),
    }),
  };
}

/**
 * Whom Stowaway probes, and which pods it tells (images/agent/health/table.go): the Cargo of each client with bridges, and
 * the pods of those. Sorted, as a difference is applied.
 */
function healthJson(peers: StowawayPeer[], forwards: Forward[]): string {
  const clients = [...peers].sort((a, b) => a.subnet < b.subnet ? -1 : 1).flatMap(({ subnet }) => {
    const ports = forwards
      .filter(({ address, from }) => from.length > 0 && overlaps(`${address}/32`, subnet))
      .map(({ port, from }) => ({ port, from: [...from].sort() }))
      .sort((a, b) => a.port - b.port);
    return ports.length ? [{ probe: hostIn(subnet, hosts.cargo), ports }] : [];
  });
  return JSON.stringify({ clients });
}

/** A peer whose path carries less than the device has its own route with that MTU. */
function narrowRoute({ subnet, mtu = TUNNEL_MTU }: StowawayPeer): string[] {
  return mtu < TUNNEL_MTU ? [`${subnet} dev ${contract.device} mtu ${mtu}`] : [];
}

/** `count` free ports of Stowaway. */
export function pickPorts(taken: Iterable<number>, count: number): number[] {
  const used = new Set(taken);
  const free: number[] = [];
  for (let port = STOWAWAY_PORTS.first; port <= STOWAWAY_PORTS.last && free.length < count; port++) {
    if (!used.has(port)) free.push(port);
  }
  if (free.length === count) return free;
  throw new GefyraError("ports-full", "Cannot assign a port of Stowaway: all are in use", {
    exit: "conflict",
    hint: "remove bridges that you do not need: `kubectl get gefyrabridges --all-namespaces`",
  });
}
