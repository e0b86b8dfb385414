/** Explains why Gefyra's own pods are not created or do not start. */
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import { events } from "../kube/events.ts";
import { failedCreate, type Workload } from "../pods/no-pods.ts";
import { CRASHES, hasNoImage, isHopeless, whyUnscheduled } from "../workload/pod-problems.ts";
import { OURS } from "../uninstall/ownership.ts";
import { clusterRoleRef } from "../config/roles.ts";
import { isForbidden, unlessForbidden } from "../kube/rights.ts";
import { OPERATOR } from "../names.ts";

/** The objects of the API server that may explain it. */
export interface ClusterState {
  workloads: Workload[];
  pods: V1Pod[];
  /** Events, the latest first. */
  warnings: CoreV1Event[];
}

export interface Trouble {
  error: GefyraError;
  /** Milliseconds that the state must last before it is reported: some states pass by themselves. */
  graceMs: number;
}

/** A quota or a policy may change in a moment; an autoscaler reports a new node. */
const CREATE_GRACE_MS = 3_000, SCHEDULE_GRACE_MS = 8_000, VOLUME_GRACE_MS = 10_000;

export async function explainMissing(cluster: Cluster, namespace: string): Promise<GefyraError | undefined> {
  return findTrouble(await observe(cluster, namespace), namespace)?.error;
}

/** The same for a caller that waits: reports only a state that has lasted long enough. */
export function explainLasting(
  cluster: Cluster,
  namespace: string,
): (now?: number) => Promise<GefyraError | undefined> {
  let since: { id: string; at: number } | undefined;
  return async (now = Date.now()) => {
    const found = findTrouble(await observe(cluster, namespace), namespace);
    if (!found) {
      since = undefined;
      return undefined;
    }
    const { error, graceMs } = found;
    if (since?.id !== error.id) since = { id: error.id, at: now };
    if (now - since.at < graceMs) return undefined;
    return error.id === "pod-unschedulable" && await nodeIsComing(cluster, namespace) ? undefined : error;
  };
}

/** The event reasons of the cluster autoscaler and of Karpenter. */
async function nodeIsComing(cluster: Cluster, namespace: string): Promise<boolean> {
  const promises = ["TriggeredScaleUp", "Nominated"].map((reason) => events(cluster, namespace, { reason }));
  return (await Promise.all(promises)).flat().length > 0;
}

/** As much as the user may read. */
async function observe(cluster: Cluster, namespace: string): Promise<ClusterState> {
  // Problems of foreign objects in the namespace do not count.
  const labels = OURS;
  const [pods, warnings, ...workloads] = await Promise.all([
    unlessForbidden(cluster.list<V1Pod>({ ...gvk.Pod, namespace, labels }), []),
    events(cluster, namespace, { type: "Warning" }),
    ...[gvk.Deployment, gvk.StatefulSet, gvk.ReplicaSet].map((kind) =>
      unlessForbidden(cluster.list<Workload>({ ...kind, namespace, labels }), [])
    ),
  ]);
  return { pods, warnings, workloads: workloads.flat() };
}

/** Pure. The first problem that names its cause. */
export function findTrouble(
  { workloads, pods, warnings }: ClusterState,
  namespace: string,
): Trouble | undefined {
  for (const workload of workloads) {
    const why = failedCreate(workload, warnings);
    if (!why) continue;
    const { kind, metadata } = workload;
    const message = `Cannot create the pods of ${kind} "${namespace}/${metadata?.name}": ${why}`;
    const hint = "change the quota, the LimitRange or the policy in the message, or use another --namespace";
    return { error: new GefyraError("pods-not-created", message, { hint }), graceMs: CREATE_GRACE_MS };
  }
  for (const pod of pods) {
    const trouble = ofPod(pod, warnings, namespace);
    if (trouble) return trouble;
  }
  return undefined;
}

function ofPod(pod: V1Pod, warnings: CoreV1Event[], namespace: string): Trouble | undefined {
  const name = `${namespace}/${pod.metadata?.name}`;
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled) {
    const hint = "free resources on a node, or remove the taint or the limit in the message";
    const error = new GefyraError("pod-unschedulable", `Cannot run pod "${name}": ${unscheduled}`, { hint });
    return { error, graceMs: SCHEDULE_GRACE_MS };
  }
  for (const { name: container, image, state } of pod.status?.containerStatuses ?? []) {
    const { reason, message } = state?.waiting ?? {};
    if (!reason || !(isHopeless(reason) || reason === CRASHES)) continue;
    const why = `Cannot start "${container}" in pod "${name}": ${reason}${message ? `: ${message}` : ""}`;
    return {
      error: new GefyraError("pod-failed", why, { hint: hintFor(reason, image, namespace) }),
      graceMs: 0,
    };
  }
  const started = pod.status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated);
  const event = warnings.find(({ involvedObject, reason }) =>
    involvedObject.uid === pod.metadata?.uid &&
    /^Failed(Mount|AttachVolume|CreatePodSandBox)$/.test(reason ?? "")
  );
  if (started || !event) return undefined;
  const why = `Cannot start pod "${name}": ${event.reason}: ${event.message}`;
  return {
    error: new GefyraError("pod-failed", why, {
      hint: `see \`kubectl describe pods --namespace ${namespace}\``,
    }),
    graceMs: VOLUME_GRACE_MS,
  };
}

/**
 * Whether the installation is being removed right after `up` created it: somebody else's last client left at the same
 * moment.
 */
export async function explainRemoval(cluster: Cluster, namespace: string): Promise<GefyraError | undefined> {
  // A developer may read the operator's Deployment only.
  const operator = { ...gvk.Deployment, namespace, name: OPERATOR };
  const instead = () => cluster.get(operator);
  const [role, home] = await Promise.all([
    insteadOfForbidden(cluster.get(clusterRoleRef(namespace)), instead),
    insteadOfForbidden(cluster.get({ ...gvk.Namespace, name: namespace }), instead),
  ]);
  if (role && home && !home.metadata?.deletionTimestamp) return undefined;
  return new GefyraError(
    "installation-removed",
    `Cannot connect: Gefyra was removed from namespace "${namespace}" meanwhile`,
    { exit: "conflict", hint: "somebody else disconnected at the same time: run `gefyra up` again" },
  );
}

async function insteadOfForbidden<T>(answer: Promise<T>, instead: () => Promise<T>): Promise<T> {
  return await answer.catch((error) => {
    if (isForbidden(error)) return instead();
    throw error;
  });
}

function hintFor(reason: string, image: string, namespace: string): string {
  if (!hasNoImage(reason)) return `see \`kubectl logs --namespace ${namespace} --all-containers\``;
  return `make ${image} available to the cluster (\`gefyra lab load ${image}\` for the lab), or name others with --registry and --tag`;
}
