/** Finds a bridge's target in the cluster, and the pods that belong to it. */
import type {
  V1Deployment,
  V1LabelSelector,
  V1ObjectMeta,
  V1Pod,
  V1PodSpec,
  V1ReplicaSet,
  V1Service,
  V1ServicePort,
} from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { KubernetesObject } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import { API_VERSIONS } from "../api/kinds.ts";
import { matches, selectorText } from "../workload/selector.ts";
import type { Target } from "../workload/target.ts";

export interface FoundTarget {
  kind: string;
  name: string;
  found: boolean;
  /** Why it can never be bridged. */
  reasons: string[];
  /** From the template; a pod's own; for a Service, from its first pod. `undefined` while there is none. */
  podSpec: V1PodSpec | undefined;
  /** Labels and annotations, from where `podSpec` is from. */
  podMetadata: V1ObjectMeta | undefined;
  /** The image that the workload gives a new pod; `undefined` without a template. */
  templateImage(container: string): string | undefined;
  /** For a Service. */
  servicePorts?: V1ServicePort[];
}

export interface ResolvedTarget extends FoundTarget {
  selects(pod: V1Pod): boolean;
}

/** Finds a target and its pods. For a Deployment, its ReplicaSets are listed as well. */
export async function resolveTarget(
  cluster: Cluster,
  namespace: string,
  target: Target,
): Promise<ResolvedTarget> {
  const { found, object } = await lookUp(cluster, namespace, target);
  return {
    ...found,
    selects: object ? await selectorOf(cluster, namespace, target.kind, object) : () => false,
  };
}

/** Finds a target by reading it alone. For a Service, its pods are listed as well. */
export async function findTarget(cluster: Cluster, namespace: string, target: Target): Promise<FoundTarget> {
  return (await lookUp(cluster, namespace, target)).found;
}

/** The target's living pods in a namespace, by name. Pure. */
export function podsOf(target: ResolvedTarget, namespace: string, pods: V1Pod[]): V1Pod[] {
  return pods
    .filter((pod) => pod.metadata?.namespace === namespace && isAlive(pod) && target.selects(pod))
    .sort(byName);
}

interface LookedUp {
  found: FoundTarget;
  object: KubernetesObject | undefined;
}

async function lookUp(cluster: Cluster, namespace: string, { kind, name }: Target): Promise<LookedUp> {
  const ref = { apiVersion: API_VERSIONS[kind] ?? "", kind, namespace, name };
  const object = await cluster.get<KubernetesObject>(ref);
  const none: FoundTarget = {
    kind,
    name,
    found: object !== undefined,
    reasons: [],
    podSpec: undefined,
    podMetadata: undefined,
    templateImage: () => undefined,
  };
  if (!object) return { found: none, object };
  if (kind === "Pod") return { found: { ...none, ...ofPod(object) }, object };
  if (kind === "Service") {
    return { found: { ...none, ...await ofService(cluster, namespace, object) }, object };
  }
  return { found: { ...none, ...ofWorkload(object as Workload) }, object };
}

/** The fields that all workloads have. */
type Workload = Pick<V1ReplicaSet, "metadata" | "spec">;

function ofWorkload({ spec }: Workload): Partial<FoundTarget> {
  const podSpec = spec?.template?.spec;
  const containers = [...podSpec?.containers ?? [], ...podSpec?.initContainers ?? []];
  return {
    podSpec,
    podMetadata: spec?.template?.metadata,
    templateImage: (container) => containers.find(({ name }) => name === container)?.image,
  };
}

function ofPod(pod: V1Pod): Partial<FoundTarget> {
  // The kubelet makes a static pod from a file: the API server's copy of it cannot be changed.
  const fixed = pod.metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  return {
    found: isAlive(pod),
    podSpec: pod.spec,
    podMetadata: pod.metadata,
    reasons: fixed ? ["it is a static pod, which only a file on its node can change"] : [],
  };
}

async function ofService(
  cluster: Cluster,
  namespace: string,
  service: V1Service,
): Promise<Partial<FoundTarget>> {
  const servicePorts = service.spec?.ports ?? [];
  const selector = serviceSelector(service);
  if (!selector) return { servicePorts, reasons: [leadsElsewhere(service)] };
  const labels = selectorText(selector);
  const pods = await cluster.list<V1Pod>({ ...gvk.Pod, namespace, labels });
  const [first] = pods.filter((pod) => isAlive(pod)).sort(byName);
  return { servicePorts, podSpec: first?.spec, podMetadata: first?.metadata };
}

function leadsElsewhere({ spec }: V1Service): string {
  if (spec?.type !== "ExternalName") {
    return "the service has no selector, so it has no pods in the cluster";
  }
  return `the service is an alias for "${spec.externalName}" (ExternalName), so it has no pods of its own`;
}

function serviceSelector({ spec }: V1Service): V1LabelSelector | undefined {
  const matchLabels = spec?.selector ?? {};
  const selects = spec?.type !== "ExternalName" && Object.keys(matchLabels).length > 0;
  return selects ? { matchLabels } : undefined;
}

async function selectorOf(
  cluster: Cluster,
  namespace: string,
  kind: string,
  object: KubernetesObject,
): Promise<(pod: V1Pod) => boolean> {
  // A new pod of the same name belongs to the target as well.
  if (kind === "Pod") return ({ metadata }) => metadata?.name === object.metadata?.name;
  if (kind === "Service") {
    const selector = serviceSelector(object);
    return ({ metadata }) => matches(selector, metadata?.labels);
  }
  const owners = kind === "Deployment"
    ? await replicaSetsOf(cluster, namespace, object)
    : new Set([object.metadata?.uid]);
  return ({ metadata }) => {
    const owner = controllerOf(metadata);
    return owner !== undefined && owners.has(owner);
  };
}

/** A Deployment's pods belong to its ReplicaSets; during a rollout, also to the old ones. */
async function replicaSetsOf(
  cluster: Cluster,
  namespace: string,
  { metadata, spec }: V1Deployment,
): Promise<Set<string | undefined>> {
  const labels = selectorText(spec?.selector);
  const sets = await cluster.list<V1ReplicaSet>({
    ...gvk.ReplicaSet,
    namespace,
    labels,
  });
  const own = sets.filter((set) => controllerOf(set.metadata) === metadata?.uid);
  return new Set(own.map((set) => set.metadata?.uid));
}

/** The uid of the controller that owns an object. Labels alone may match pods of another owner. */
function controllerOf(metadata: V1ObjectMeta | undefined): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller)?.uid;
}

function isAlive({ metadata, status }: V1Pod): boolean {
  return !metadata?.deletionTimestamp && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

const byName = (a: V1Pod, b: V1Pod) => (a.metadata?.name ?? "") < (b.metadata?.name ?? "") ? -1 : 1;
