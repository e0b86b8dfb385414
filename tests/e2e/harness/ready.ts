/** Waits for what a watch tells. */
import type { KubernetesObject } from "../../../lib/api/objects.ts";
import type { Cluster, Selection } from "../../../lib/kube/cluster.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

/** Until the selected objects, as the watch shows them, are as they should be. */
export async function until(
  cluster: Cluster,
  selection: Selection,
  what: string,
  good: (found: Json[]) => boolean,
  timeoutMs: number,
): Promise<void> {
  const found = new Map<string, KubernetesObject>();
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(() => done.reject(new Error(`not within ${timeoutMs} ms: ${what}`)), timeoutMs);
  const look = () => good([...found.values()]) && done.resolve();
  const stop = await cluster.watch(selection, ({ type, object }) => {
    const { name = "" } = object.metadata ?? {};
    if (type === "DELETED") found.delete(name);
    else found.set(name, object);
    look();
  }, () => {});
  try {
    look();
    await done.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** As `kubectl rollout status` and `kubectl wait --for condition=Ready` see it. Pure. */
export function isReady({ kind, metadata, spec, status = {} }: Json): boolean {
  if (metadata.deletionTimestamp) return false;
  if (kind === "Pod") {
    return (status.conditions ?? []).some(({ type, status }: Json) => type === "Ready" && status === "True");
  }
  if ((status.observedGeneration ?? 0) < metadata.generation) return false;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = status;
  const wanted = spec.replicas ?? 1;
  if (kind === "DaemonSet") {
    const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
    return updatedNumberScheduled === desiredNumberScheduled && numberAvailable === desiredNumberScheduled;
  }
  if (kind === "ReplicaSet") return readyReplicas === wanted;
  if (kind === "StatefulSet") return updatedReplicas === wanted && readyReplicas === wanted;
  return updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted;
}
