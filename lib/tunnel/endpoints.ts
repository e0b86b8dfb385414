/** Where Stowaway can be reached: the fastest candidate first. Pure. */
import type { V1Node } from "@kubernetes/client-node";
import type { Container } from "../docker/engine.ts";

export interface Candidate {
  transport: "docker-network" | "node-port";
  host: string;
  port: number;
  /** The Docker network that Cargo has to join. */
  network?: string;
}

export interface Surroundings {
  nodes: V1Node[];
  containers: Container[];
  server: URL;
  nodePort: number;
}

export function endpointCandidates({ nodes, containers, server, nodePort }: Surroundings): Candidate[] {
  const addresses = (type: string) =>
    nodes.flatMap(({ status }) =>
      status?.addresses?.filter((a) => a.type === type).map((a) => a.address) ?? []
    );
  const nodePorts = [...addresses("ExternalIP"), ...addresses("InternalIP"), ...publicHost(server)]
    .filter((host) => !host.includes(":"))
    .map((host): Candidate => ({ transport: "node-port", host, port: nodePort }));
  const all = [...sharedNetworks(nodes, containers, nodePort), ...nodePorts];
  return all.filter((one, i) => all.findIndex((o) => o.host === one.host) === i);
}

/** k3d, kind, minikube and the lab name a node after its container. The name is asked as well as the address. */
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

function publicHost({ hostname }: URL): string[] {
  const loopback = hostname === "localhost" || hostname.startsWith("127.") || hostname === "0.0.0.0";
  return loopback ? [] : [hostname];
}

export function describeCandidate({ transport, host, port, network }: Candidate): string {
  if (transport === "docker-network") return `the Docker network ${network} (${host}:${port})`;
  return `NodePort ${host}:${port}`;
}
