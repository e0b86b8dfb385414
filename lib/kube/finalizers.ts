import type { KubernetesObject, ObjectRef } from "../api/objects.ts";
import type { Cluster } from "./cluster.ts";

/** Of this object alone: whatever has its name by now keeps its own. `undefined` if the object is gone. */
export function patchFinalizers<T extends KubernetesObject>(
  cluster: Cluster,
  ref: ObjectRef,
  { metadata }: T,
  finalizers: string[],
): Promise<T | undefined> {
  return cluster.patch<T>(ref, { metadata: { uid: metadata?.uid, finalizers } });
}
