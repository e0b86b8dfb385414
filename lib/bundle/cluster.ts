/** Gefyra's objects in the cluster, and the bridged pods. Secrets are not read. */
import type { CoreV1Event, V1Node, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import { API_VERSION } from "../names.ts";
import { gvk } from "../api/gvk.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../api/bridge.ts";
import { CLIENT_KIND, type GefyraClient } from "../api/client.ts";
import { type Collection, TAIL } from "./collect.ts";

export interface Seen {
  publicKeys: string[];
  /** Values of environment variables of bridged pods. */
  secrets: string[];
}

export async function collectCluster(
  cluster: Cluster,
  namespace: string,
  { add }: Collection,
): Promise<Seen> {
  const listed = async <T>(path: string, list: () => Promise<T[]>): Promise<T[]> => {
    let items: T[] = [];
    await add(path, async () => items = await list());
    return items;
  };
  const custom = (kind: string) => ({ apiVersion: API_VERSION, kind });
  const [clients, bridges, pods] = await Promise.all([
    listed("cluster/clients.json", () => cluster.list<GefyraClient>(custom(CLIENT_KIND))),
    listed("cluster/bridges.json", () => cluster.list<GefyraBridge>(custom(BRIDGE_KIND))),
    listed("cluster/pods.json", () => cluster.list<V1Pod>({ ...gvk.Pod, namespace })),
    add("cluster/version.json", async () => ({ version: await cluster.version(), context: cluster.context })),
    add(
      "cluster/namespace.json",
      () => cluster.get({ ...gvk.Namespace, name: namespace }),
    ),
    add(
      "cluster/deployments.json",
      () => cluster.list({ ...gvk.Deployment, namespace }),
    ),
    add(
      "cluster/statefulsets.json",
      () => cluster.list({ ...gvk.StatefulSet, namespace }),
    ),
    add("cluster/services.json", () => cluster.list({ ...gvk.Service, namespace })),
    add("cluster/events.json", () => cluster.list({ ...gvk.Event, namespace })),
    add(
      "cluster/nodes.json",
      async () => (await cluster.list<V1Node>({ ...gvk.Node })).map(nodeOf),
    ),
  ]);
  await Promise.all(pods.flatMap((pod) => logsOf(cluster, pod, () => true, { add })));
  const bridged = await bridgedPods(cluster, bridges);
  await Promise.all(bridged.flatMap((pod) => {
    const { namespace = "", name } = pod.metadata ?? {};
    return [
      add(`cluster/bridged/${namespace}/${name}.json`, () => Promise.resolve(pod)),
      ...logsOf(cluster, pod, (container) => isCarrier(pod, container, bridges), { add }),
    ];
  }));
  const namespaces = [...new Set(bridged.map(({ metadata }) => metadata?.namespace ?? ""))];
  const names = bridged.map(({ metadata }) => metadata?.name);
  await Promise.all(namespaces.map((one) =>
    add(`cluster/bridged/${one}/events.json`, async () => {
      const events = await cluster.list<CoreV1Event>({ ...gvk.Event, namespace: one });
      return events.filter(({ involvedObject }) => names.includes(involvedObject.name));
    })
  ));
  return {
    publicKeys: clients.flatMap(({ spec, status }) =>
      [spec.publicKey, status?.tunnel?.serverPublicKey ?? []].flat()
    ),
    secrets: bridged.flatMap(environmentOf),
  };
}

async function bridgedPods(cluster: Cluster, bridges: GefyraBridge[]): Promise<V1Pod[]> {
  const refs = bridges.flatMap(({ metadata, status }) =>
    (status?.pods ?? []).map(({ name }) => ({ namespace: metadata?.namespace ?? "", name }))
  );
  const pods = await Promise.all(
    refs.map((ref) => cluster.get<V1Pod>({ ...gvk.Pod, ...ref }).catch(() => undefined)),
  );
  const found = pods.flatMap((pod) => pod ?? []);
  return found.filter((pod, i) =>
    found.findIndex(({ metadata }) => metadata?.uid === pod.metadata?.uid) === i
  );
}

/**
 * In beside mode Carrier is found by its name, in replace mode by the bridge's record. Logs of other containers are not
 * collected.
 */
function isCarrier({ metadata }: V1Pod, container: string, bridges: GefyraBridge[]): boolean {
  if (container.startsWith("gefyra-carrier")) return true;
  return bridges.some(({ status }) =>
    status?.pods?.some((one) =>
      one.uid === metadata?.uid && one.mode === "replace" && one.container === container
    )
  );
}

function logsOf(
  cluster: Cluster,
  { metadata, status }: V1Pod,
  isOurs: (container: string) => boolean,
  { add }: Pick<Collection, "add">,
): Promise<void>[] {
  const { namespace = "", name: pod = "" } = metadata ?? {};
  const all = [...status?.containerStatuses ?? [], ...status?.ephemeralContainerStatuses ?? []];
  return all.filter(({ name }) => isOurs(name)).flatMap(({ name: container, restartCount }) => {
    const path = `cluster/logs/${namespace}/${pod}/${container}`;
    const target = { namespace, pod, container };
    const current = add(`${path}.log`, () => cluster.logs(target, { tail: TAIL }));
    // The previous log of a replaced container belongs to the original.
    if (restartCount === 0 || container !== "operator" && container !== "stowaway") return [current];
    return [current, add(`${path}.previous.log`, () => cluster.logs(target, { tail: TAIL, previous: true }))];
  });
}

function environmentOf({ spec }: V1Pod): string[] {
  const containers = [...spec?.containers ?? [], ...spec?.initContainers ?? []];
  return containers.flatMap(({ env }) => env?.flatMap(({ value }) => value ?? []) ?? []);
}

const nodeOf = ({ metadata, spec, status }: V1Node) => ({
  name: metadata?.name,
  podCIDRs: spec?.podCIDRs,
  addresses: status?.addresses,
  conditions: status?.conditions,
  nodeInfo: status?.nodeInfo,
});
