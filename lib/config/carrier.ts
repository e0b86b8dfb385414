/** One configuration of a pod's Carrier, composed from all bridges that share the pod. Pure. */
import type { V1Pod } from "@kubernetes/client-node";
import { podIpv4 } from "../workload/ipv4.ts";
import type { InterceptedPod } from "../api/bridge.ts";
import { portKey } from "../workload/ports.ts";
import type { Match } from "../api/match.ts";
import type { CarrierServer } from "./nginx/server.ts";
import { nginxConf } from "./nginx/conf.ts";
import { connectionsFor } from "./nginx/connections.ts";
import { type Redirect, redirectRules } from "./redirect.ts";

/** What one bridge needs in a pod. */
export interface Share {
  bridge: string;
  record: InterceptedPod;
  /** Stowaway's port by `portKey` of the bridge's own port. */
  stowawayPorts: Map<string, number>;
  match: Match | undefined;
  fallback: boolean;
}

/** The files that `carrier apply` reads. */
export interface CarrierFiles {
  "nginx.conf": string;
  /** Absent in mode "replace", which has no capability to set rules and needs none. */
  "nftables.conf"?: string;
}

/** Beside the original, Nginx listens above the ports that the kernel gives to outgoing connections. */
const LISTEN = { first: 61000, count: 4000 };

type SharedPort = NonNullable<InterceptedPod["ports"]>[number];

export function carrierFiles(pod: V1Pod, shares: Share[], stowaway: string): CarrierFiles {
  const beside = shares.some(({ record }) => record.mode === "beside");
  const forwards = shares.every(({ record }) => record.forwards !== false);
  const servers: CarrierServer[] = [], redirects: Redirect[] = [];
  const wanted = shares.flatMap((share) => (share.record.ports ?? []).map((port) => ({ ...share, port })));
  const taken = new Set<number>();
  for (const claims of Map.groupBy(wanted, ({ port }) => `${port.port}/${port.protocol}`).values()) {
    const { port, protocol } = claims[0]!.port;
    const longest = pathOf(claims.map((claim) => claim.port));
    const path = longest === "kernel" && !forwards ? "stream" : longest;
    const upstreams = claims.flatMap((claim) => {
      const number = claim.stowawayPorts.get(portKey({ remote: claim.port.remote ?? 0, protocol }));
      // Without a Stowaway, the original serves what it can.
      return number === undefined || !stowaway
        ? []
        : [{ ...claim, upstream: `${stowaway}:${number}`, number }];
    });
    if (path === "kernel") {
      const [first] = upstreams;
      if (first) redirects.push({ protocol, port, to: { address: stowaway, port: first.number } });
      continue;
    }
    const listen = beside ? listenPort(port, taken) : port;
    if (beside) redirects.push({ protocol, port, listen });
    servers.push({
      port,
      listen,
      protocol,
      kind: path === "http" ? "http" : "tcp",
      original: beside ? { addresses: [podIpv4(pod) ?? "127.0.0.1", "127.0.0.1", "[::1]"], port } : undefined,
      probes: beside ? "original" : "answer",
      routes: upstreams.map(({ bridge, match, fallback, upstream }) => ({
        bridge,
        match,
        fallback,
        upstream,
      })),
    });
  }
  return {
    "nginx.conf": servers.length ? nginxConf(servers, connectionsOf(pod, shares)) : "",
    ...(beside || shares.length === 0 ? { "nftables.conf": redirectRules(redirects) } : {}),
  };
}

/** A Carrier has one mode; in mode "replace" it has one container. */
function connectionsOf({ spec }: V1Pod, [first]: Share[]): number {
  return connectionsFor(spec, first?.record.mode ?? "beside", first?.record.container ?? "");
}

/** A port uses the longest path that one of its bridges needs. */
function pathOf(ports: SharedPort[]): SharedPort["path"] {
  const paths = ports.map(({ path }) => path);
  return paths.includes("http") ? "http" : paths.includes("stream") ? "stream" : "kernel";
}

/** The same port in every configuration if possible, so that connections on their way find the same listener. */
function listenPort(port: number, taken: Set<number>): number {
  let offset = port % LISTEN.count;
  while (taken.has(offset)) offset = (offset + 1) % LISTEN.count;
  taken.add(offset);
  return LISTEN.first + offset;
}
