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
  /** The original answers, and the app container gets a copy. */
  mirror: boolean;
  /** How long connections that are never between requests may stay; `undefined` if all stay. */
  drainMs: number | undefined;
}

/** The files that `carrier apply` reads. */
export interface CarrierFiles {
  "nginx.conf": string;
  /** Absent in mode "replace", which has no capability to set rules and needs none. */
  "nftables.conf"?: string;
  /** Where each port leads (images/agent/connections/plan.go), for connections that follow. Absent in mode "replace". */
  "connections.json"?: string;
  /** The ports whose clients' bytes are copied (images/agent/tee/tee.go). Absent in mode "replace". */
  "mirror.json"?: string;
}

/** One port in connections.json. */
interface Leads {
  port: number;
  protocol: "TCP" | "UDP";
  listen?: number;
  /** `address:port` of Stowaway; empty while the original serves. */
  to: string[];
  /** Absent if connections stay. */
  drainMs?: number;
}

/**
 * Beside the original, Nginx listens above the ports that the kernel gives to outgoing connections, and the tee above Nginx:
 * a port may go from one to the other while both listen.
 */
const LISTEN = { nginx: { first: 61000, count: 4000 }, tee: { first: 65000, count: 500 } };

/** One port in mirror.json. All addresses are `address:port`. */
interface Mirrored {
  port: number;
  listen: string;
  original: string[];
  copy: string;
}

type SharedPort = NonNullable<InterceptedPod["ports"]>[number];

/** `silent`: Stowaway's ports of bridges whose client does not answer. */
export function carrierFiles(
  pod: V1Pod,
  shares: Share[],
  stowaway: string,
  silent: number[] = [],
): CarrierFiles {
  const beside = shares.some(({ record }) => record.mode === "beside");
  const forwards = shares.every(({ record }) => record.forwards !== false);
  const servers: CarrierServer[] = [], redirects: Redirect[] = [], leads: Leads[] = [];
  const mirrored: Mirrored[] = [];
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
    const drain = drainOf(claims);
    const original = originalOf(pod, port);
    /**
     * Returns where the tee listens for one of the port's bridges: at all addresses, so that the same listener serves when
     * Nginx comes between it and the kernel.
     */
    const tee = (copy: string): number => {
      const listen = listenPort(port, taken, LISTEN.tee);
      const addresses = original.addresses.map((address) => `${address}:${port}`);
      mirrored.push({ port, listen: `:${listen}`, original: addresses, copy });
      return listen;
    };
    if (path !== "http" && claims.some(({ mirror }) => mirror)) {
      const [first] = upstreams;
      if (!first) continue;
      const listen = tee(first.upstream);
      redirects.push({ protocol, port, listen });
      leads.push({ port, protocol, listen, to: [`127.0.0.1:${listen}`], ...drain });
      continue;
    }
    if (path === "kernel") {
      const [first] = upstreams;
      if (!first) continue;
      redirects.push({ protocol, port, to: { address: stowaway, port: first.number } });
      leads.push({ port, protocol, to: [first.upstream], ...drain });
      continue;
    }
    const listen = beside ? listenPort(port, taken, LISTEN.nginx) : port;
    if (beside) redirects.push({ protocol, port, listen });
    const routes = upstreams.map(({ bridge, match, fallback, mirror, upstream }) => ({
      bridge,
      match,
      fallback,
      mirror,
      upstream: mirror ? `127.0.0.1:${tee(upstream)}` : upstream,
    }));
    leads.push({ port, protocol, listen, to: routes.map(({ upstream }) => upstream), ...drain });
    servers.push({
      port,
      listen,
      protocol,
      kind: path === "http" ? "http" : "tcp",
      original: beside ? original : undefined,
      probes: beside ? "original" : "answer",
      routes,
    });
  }
  return {
    "nginx.conf": servers.length ? nginxConf(servers, connectionsOf(pod, shares)) : "",
    ...(beside || shares.length === 0
      ? {
        "nftables.conf": redirectRules(redirects),
        "connections.json": JSON.stringify({
          ports: leads,
          silent: silent.map((number) => `${stowaway}:${number}`),
        }),
        "mirror.json": JSON.stringify({ ports: mirrored }),
      }
      : {}),
  };
}

/** Of several bridges on one port, each may ask for its connections to stay. */
function drainOf(claims: Pick<Share, "drainMs">[]): Pick<Leads, "drainMs"> {
  const all = claims.map(({ drainMs }) => drainMs);
  return all.includes(undefined) ? {} : { drainMs: Math.max(...all.map((ms) => ms ?? 0)) };
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
function listenPort(port: number, taken: Set<number>, { first, count }: typeof LISTEN.nginx): number {
  let listen = first + port % count;
  while (taken.has(listen)) listen = first + (listen - first + 1) % count;
  taken.add(listen);
  return listen;
}

/** As the pod's other containers reach it; the likeliest address first. */
function originalOf(pod: V1Pod, port: number): CarrierServer["original"] & object {
  return { addresses: [podIpv4(pod) ?? "127.0.0.1", "127.0.0.1", "[::1]"], port };
}
