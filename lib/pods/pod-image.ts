/** Changes the image of a running pod's container, and restores it. Every step can be repeated. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import { gvk } from "../api/gvk.ts";
import { type InterceptedPod, isUntouched } from "../api/bridge.ts";
import { hopelessReason } from "./ephemeral.ts";
import { CRASHES } from "../workload/pod-problems.ts";

export const podRef = (namespace: string, name: string) => ({
  ...gvk.Pod,
  namespace,
  name,
});

export function containerStatus(pod: V1Pod, container: string): V1ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container);
}

export function imageInSpec(pod: V1Pod, container: string): string | undefined {
  return pod.spec?.containers.find(({ name }) => name === container)?.image;
}

/** The id of the running container, if one runs. */
export function runningContainer(pod: V1Pod, container: string): string | undefined {
  const status = containerStatus(pod, container);
  return status?.state?.running ? status.containerID : undefined;
}

/**
 * An image is one of the few fields of a running pod that may be changed; the kubelet then restarts the container.
 * Returns the pod with the new image; `undefined` when it is gone.
 */
export async function setImage(
  cluster: Cluster,
  pod: V1Pod,
  container: string,
  image: string,
): Promise<V1Pod | undefined> {
  const ref = podRef(pod.metadata?.namespace ?? "", pod.metadata?.name ?? "");
  return await cluster.patch<V1Pod>(ref, { spec: { containers: [{ name: container, image }] } }, {
    strategic: true,
  });
}

/**
 * Restores a pod whose container was replaced. True when nothing is left to do: the pod is gone, or its spec has the
 * original image and a container other than Carrier's is ready, or cannot start at all.
 */
export async function restorePod(
  cluster: Cluster,
  namespace: string,
  container: string,
  intercepted: InterceptedPod,
): Promise<boolean> {
  const { originalImage } = intercepted;
  // The record was lost and no template has the image: only the pod's owner can create it again.
  if (!originalImage || isUntouched(intercepted)) return true;
  const pod = await cluster.get<V1Pod>(podRef(namespace, intercepted.name));
  if (!pod || pod.metadata?.uid !== intercepted.uid || pod.metadata.deletionTimestamp) return true;
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return true;
  if (imageInSpec(pod, container) !== originalImage) {
    await setImage(cluster, pod, container, originalImage);
    return false;
  }
  const running = runningContainer(pod, container), status = containerStatus(pod, container);
  if (running !== undefined) return running !== intercepted.carrierContainer && status?.ready === true;
  return crashes(status, intercepted) || hopelessReason(status, originalImage) !== undefined;
}

/** The original starts and ends again and again. */
function crashes(status: V1ContainerStatus | undefined, { carrierContainer }: InterceptedPod): boolean {
  const ended = status?.lastState?.terminated?.containerID;
  return status?.state?.waiting?.reason === CRASHES && ended !== carrierContainer;
}
