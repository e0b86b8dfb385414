/** The address ranges in use, on this machine and in the cluster. */
import type { V1Node, V1Pod, V1Service } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { TunnelStatus } from "../api/client.ts";
import type { KubernetesObject } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { podIpv4 } from "../workload/ipv4.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { parseProcRoutes, serviceRangeIn, withAddresses } from "../config/ranges.ts";

/** A range and its owner. */
export interface Taken {
  range: string;
  owner: string;
}

const ROUTES = "/proc/net/route";
const ROUTES_TIMEOUT_MS = 2_000;

export async function takenRanges(engine: Engine, cluster: Cluster): Promise<Taken[]> {
  const owned = (owner: string) => (range: string): Taken => ({ range, owner });
  const [networks, ranges, nodes] = await Promise.all([
    engine.allNetworks(),
    clusterRanges(cluster),
    nodeAddresses(cluster),
  ]);
  return [
    ...networks.flatMap(({ name, subnets }) => subnets.map(owned(`the Docker network "${name}"`))),
    ...[...ranges.pods, ...nodes].map(owned("the cluster's pods and nodes")),
    ...ranges.services.map(owned("the cluster's services")),
    ...(await hostRanges()).map(owned("a route of this machine")),
  ];
}

/** The addresses of the machine's interfaces; on Linux also the routes of its routing table (VPNs). */
async function hostRanges(): Promise<string[]> {
  const interfaces = Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ cidr }) =>
    cidr
  );
  const table = await routesOfKernel().catch(() => "");
  return [...interfaces, ...parseProcRoutes(table)];
}

/** Deno lets a program read files of /proc only with all permissions, so `cat` does it. */
async function routesOfKernel(): Promise<string> {
  const cat = new Deno.Command("cat", {
    args: [ROUTES],
    stdin: "null",
    stderr: "null",
    signal: AbortSignal.timeout(ROUTES_TIMEOUT_MS),
  });
  return new TextDecoder().decode((await cat.output()).stdout);
}

export interface ClusterRanges {
  pods: string[];
  services: string[];
}

/** The ranges that the user may read, IPv4 only. */
export async function clusterRanges(cluster: Cluster): Promise<ClusterRanges> {
  const [nodes, systemPods, services] = await Promise.all([
    cluster.list<V1Node>({ ...gvk.Node }).catch(() => []),
    // Network plugins with their own address management do not use the nodes' pod ranges.
    cluster.list<V1Pod>({ ...gvk.Pod, namespace: "kube-system" }).catch(() => []),
    serviceRanges(cluster),
  ]);
  const given = nodes.flatMap(({ spec }) => spec?.podCIDRs ?? spec?.podCIDR ?? []).filter(isIpv4);
  const addresses = systemPods.filter(({ spec }) => !spec?.hostNetwork).flatMap((pod) => podIpv4(pod) ?? []);
  return { pods: withAddresses(given, addresses), services: services.filter(isIpv4) };
}

/** What the tunnel leads to if it is not the default route. */
export async function onlyCluster(cluster: Cluster, { dns }: Pick<TunnelStatus, "dns">): Promise<string[]> {
  const { pods, services } = await clusterRanges(cluster);
  return withAddresses([...pods, ...services, ...(dns.server ? [`${dns.server}/32`] : [])], []);
}

const isIpv4 = (range: string) => !range.includes(":");

async function nodeAddresses(cluster: Cluster): Promise<string[]> {
  const nodes = await cluster.list<V1Node>({ ...gvk.Node }).catch(() => []);
  const addresses = nodes.flatMap(({ status }) => status?.addresses ?? []);
  return addresses.filter(({ type }) => type === "InternalIP").map(({ address }) => `${address}/32`)
    .filter(isIpv4);
}

interface ServiceCidr extends KubernetesObject {
  spec?: { cidrs?: string[] };
}

/**
 * From the ServiceCIDR objects of Kubernetes 1.33 and later. Before, the refusal of a service with an impossible
 * address names the range. Without rights for either, the /16 around the API server's own service.
 */
async function serviceRanges(cluster: Cluster): Promise<string[]> {
  const objects = await cluster.list<ServiceCidr>({ ...gvk.ServiceCIDR })
    .catch(() => []);
  const listed = objects.flatMap(({ spec }) => spec?.cidrs ?? []);
  if (listed.length) return listed;
  const refused = await cluster.create(impossibleService as never, { dryRun: true }).then(
    () => "",
    messageOf,
  );
  const named = serviceRangeIn(refused);
  if (named.length) return named;
  const api = await cluster
    .get<V1Service>({ ...gvk.Service, namespace: "default", name: "kubernetes" })
    .catch(() => undefined);
  return (api?.spec?.clusterIPs ?? []).filter(isIpv4).map((address) => `${address}/16`);
}

/** RFC 5737 reserves this address for documentation, so no cluster uses it. */
const impossibleService = {
  ...gvk.Service,
  metadata: { name: "gefyra-range-probe", namespace: "default" },
  spec: { clusterIP: "192.0.2.1", ports: [{ port: 1 }] },
};

/** Gefyra's tunnel carries IPv4, so it cannot reach anything in a cluster that has only IPv6. */
export function refuseIpv6Only(service: V1Service | undefined, nodes: V1Node[]): void {
  const addresses = [
    ...service?.spec?.clusterIPs ?? [service?.spec?.clusterIP ?? ""],
    ...nodes.flatMap(({ spec }) => spec?.podCIDRs ?? []),
  ].filter((address) => /^[0-9a-f:.]+(\/\d+)?$/i.test(address));
  if (addresses.length === 0 || addresses.some(isIpv4)) return;
  throw new GefyraError(
    "address-family",
    "Cannot connect: the cluster's pods and services have IPv6 addresses only",
    {
      exit: "refused",
      hint: "Gefyra's tunnel carries IPv4; a dual-stack cluster works",
    },
  );
}
