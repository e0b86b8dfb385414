/** The containers that run as long as their pod. Pure. */
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";

/** An init container that keeps running beside the others. */
export const isSidecar = ({ restartPolicy }: V1Container) => restartPolicy === "Always";

/** The pod's containers and its sidecars. */
export function servingContainers(pod: V1PodSpec): V1Container[] {
  return [...pod.containers, ...(pod.initContainers ?? []).filter(isSidecar)];
}
