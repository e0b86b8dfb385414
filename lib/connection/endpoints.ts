/** Where Stowaway can be reached: the fastest candidate first. Pure. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import type { Container } from "../docker/engine.ts";
import { HOST_GATEWAY, RELAY_TIMEOUT_MS, RELAY_UDP_PORT } from "../names.ts";

/** The fastest first. */
export const transports = ["docker-network", "node-port", "load-balancer", "api-server"] as const;
export type Transport = typeof transports[number];

export interface Candidate {
  /** `named`: by the user. */
  transport: Transport | "named";
  host: string;
  port: number;
  /** The Docker network that Cargo must join. */
  network?: string;
}

export interface Surroundings {
  nodes: V1Node[];
  containers: Container[];
  server: URL;
  nodePort: number;
  /** Stowaway's own service. */
  service?: V1Service | undefined;
}

/** The endpoint of Cargo's end of the relay, which always exists. */
export const apiServerCandidate: Candidate = {
  transport: "api-server",
  host: "127.0.0.1",
  port: RELAY_UDP_PORT,
};

/**
 * The candidates of the forced transport; otherwise all, the API server last. An address named by the user is the only
 * candidate.
 */
export function chooseCandidates(direct: Candidate[], transport: Transport | undefined): Candidate[] {
  if (direct.some(({ transport }) => transport === "named")) return direct;
  return [...direct, apiServerCandidate].filter((one) => !transport || one.transport === transport);
}

export function endpointCandidates(surroundings: Surroundings): Candidate[] {
  const { nodes, containers, server, nodePort, service } = surroundings;
  const addresses = (type: string) =>
    nodes.flatMap(({ status }) =>
      status?.addresses?.filter((a) => a.type === type).map((a) => a.address) ?? []
    );
  const near = [...addresses("ExternalIP"), ...addresses("InternalIP")], host = serverHost(server);
  const nodePorts = [...near, ...host].filter((host) => !host.includes(":"))
    .map((host): Candidate => ({ transport: "node-port", host, port: nodePort }));
  const all = [...sharedNetworks(nodes, containers, nodePort), ...nodePorts, ...loadBalancers(service)];
  return all.filter((one, i) => all.findIndex((o) => o.host === one.host && o.port === one.port) === i);
}

/** Addresses of the load balancer of Stowaway's service. */
export function loadBalancers(service: V1Service | undefined): Candidate[] {
  const port = service?.spec?.ports?.[0]?.port;
  return (service?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => {
    const host = ip && !ip.includes(":") ? ip : hostname;
    return host && port ? [{ transport: "load-balancer" as const, host, port }] : [];
  });
}

export interface Attempt {
  candidate: Candidate;
  /** Milliseconds to wait for an answer. */
  timeoutMs: number;
}

/** Maximum number of candidates, so that not every node of a large cluster is tried. */
const MOST = 12;

/**
 * The order and times of attempts. A node of the same Docker answers at once, or shortly after the cluster's rules are
 * set, and is the best transport, so it gets time. All others are tried briefly first, then longer. Pure.
 */
export function attempts(candidates: Candidate[]): Attempt[] {
  const direct = candidates.filter(({ transport }) => transport !== "api-server");
  const relayed = candidates.filter(({ transport }) => transport === "api-server");
  const of = (near: boolean) =>
    direct.filter(({ transport }) => near === (transport === "docker-network")).slice(0, MOST);
  const round = (list: Candidate[], timeoutMs: number) => list.map((candidate) => ({ candidate, timeoutMs }));
  const far = of(false);
  return [
    ...round(of(true).slice(0, 3), 4_000),
    ...(far.length > 1 ? round(far, 600) : []),
    ...round(far, 2_500),
    ...round(far, 2_500),
    ...round(relayed, RELAY_TIMEOUT_MS),
  ];
}

export const hostPort = ({ host, port }: Candidate) => `${host}:${port}`;

/** k3d, kind, minikube and the lab name a node after its container. Both the name and the address must match. */
function sharedNetworks(nodes: V1Node[], containers: Container[], port: number): Candidate[] {
  return nodes.flatMap(({ metadata, status }) => {
    const container = containers.find(({ name }) => name === metadata?.name);
    const internal = status?.addresses?.filter(({ type }) =>
      type === "InternalIP"
    ).map(({ address }) => address) ?? [];
    return Object.entries(container?.addresses ?? {})
      .filter(([, address]) => internal.includes(address))
      .map(([network, host]): Candidate => ({ transport: "docker-network", host, port, network }));
  });
}

/** An API server on loopback is a published port of this machine, perhaps together with Stowaway's. */
function serverHost({ hostname }: URL): string[] {
  const loopback = hostname === "localhost" || hostname.startsWith("127.") || hostname === "0.0.0.0" ||
    hostname === "[::1]";
  return [loopback ? HOST_GATEWAY : hostname];
}

export function describeCandidate({ transport, host, port, network }: Candidate): string {
  switch (transport) {
    case "docker-network":
      return `the Docker network ${network} (${host}:${port})`;
    case "node-port":
      return host === HOST_GATEWAY ? `this machine's port ${port}` : `NodePort ${host}:${port}`;
    case "load-balancer":
      return `the load balancer ${host}:${port}`;
    case "api-server":
      return "the API server";
    case "named":
      return `${host}:${port}`;
  }
}

/** e.g. `the Docker network lab (172.30.0.2:31820), 1,420 bytes MTU, 0.4 ms`. */
export function describeTunnel(
  endpoint: Candidate,
  { mtu, latencyMs }: { mtu: number; latencyMs: number },
): string {
  const latency = latencyMs < 10 ? latencyMs.toFixed(1) : latencyMs.toFixed(0);
  return `${describeCandidate(endpoint)}, ${mtu.toLocaleString("en")} bytes MTU, ${latency} ms`;
}
