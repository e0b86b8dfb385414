/** The possible endpoints of Stowaway, the best first, and how Cargo gets to them. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { TunnelStatus } from "../api/client.ts";
import type { ServiceOptions } from "../config/install-options.ts";
import type { Engine } from "../docker/engine.ts";
import { LOAD_BALANCER_TIMEOUT_MS, STOWAWAY } from "../names.ts";
import { unlessForbidden } from "../kube/rights.ts";
import { waitFor } from "../wait.ts";
import type { Connection } from "./connection.ts";
import { type Candidate, chooseCandidates, endpointCandidates, loadBalancers } from "./endpoints.ts";
import type { TransportOptions } from "./options.ts";
import type { Tools } from "./tools.ts";

export const isRelayed = ({ transport }: Candidate): boolean => transport === "api-server";

/** `wanted`: the user asked for a load balancer, which gets its address later. */
export async function candidatesFor(
  { engine, cluster }: Tools,
  connection: Connection,
  tunnel: TunnelStatus,
  { host, port, only }: TransportOptions,
  wanted: ServiceOptions | undefined,
): Promise<Candidate[]> {
  if (only === "api-server") return chooseCandidates([], only);
  if (host) return [{ transport: "named", host, port: port ?? tunnel.nodePort }];
  const ref = { ...gvk.Service, namespace: connection.namespace, name: STOWAWAY };
  let service: V1Service | undefined;
  const hasAddress = async () => {
    service = await cluster.get<V1Service>(ref);
    return wanted?.type !== "LoadBalancer" || loadBalancers(service).length > 0;
  };
  await waitFor(hasAddress, { what: "an address of the load balancer", timeout: LOAD_BALANCER_TIMEOUT_MS });
  const [nodes, containers] = await Promise.all([
    // Without the nodes' addresses, other transports are left.
    unlessForbidden(cluster.list<V1Node>({ ...gvk.Node }), []),
    engine.containers({}),
  ]);
  const { server } = cluster;
  const nodePort = port ?? tunnel.nodePort;
  return chooseCandidates(endpointCandidates({ nodes, containers, server, nodePort, service }), only);
}

/** Resolves names as Cargo does, because WireGuard stores addresses only. */
export async function addressesIn(
  engine: Engine,
  cargo: string,
  candidates: Candidate[],
): Promise<string[][]> {
  return await Promise.all(candidates.map(async ({ host, port }) => {
    if (/^[\d.]+$/.test(host)) return [`${host}:${port}`];
    const { stdout } = await engine.exec(cargo, ["getent", "ahostsv4", host]);
    return stdout.split("\n").filter(Boolean).map((line) => `${line.split(/\s/)[0]}:${port}`);
  }));
}

/** Connects Cargo to the Docker network of a node. */
export async function joinNetwork(engine: Engine, network: string, cargo: string): Promise<void> {
  const joined = Object.keys((await engine.inspect(cargo))?.NetworkSettings.Networks ?? {});
  if (!joined.includes(network)) await engine.connect(network, cargo);
}
