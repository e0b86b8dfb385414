/** Changes the image of a running pod's container, and restores it. Every step can be repeated. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import { gvk } from "../api/gvk.ts";
import { type InterceptedPod, isUntouched } from "../api/bridge.ts";
import { hopelessReason } from "./ephemeral.ts";
import { ORIGINAL_IMAGE_ANNOTATION } from "../names.ts";
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

const annotationOf = (container: string) => `${ORIGINAL_IMAGE_ANNOTATION}/${container}`;

/**
 * What is restored when Carrier is in a container's place; else `undefined`. It is on the pod itself: whoever may write it
 * may change the pod's image as well, which nobody may who only writes bridges.
 */
export function originalImage(pod: V1Pod, container: string): string | undefined {
  return pod.metadata?.annotations?.[annotationOf(container)];
}

export interface ImageChange {
  image: string;
  /** What is restored later; `null`: nothing more, and the pod forgets that it was replaced. */
  original: string | null;
}

/** To Carrier's image. One that is in an older Carrier's place keeps its original. Pure. */
export function toCarrier(pod: V1Pod, container: string, image: string): ImageChange {
  return { image, original: originalImage(pod, container) ?? imageInSpec(pod, container) ?? "" };
}

/** Back to the original; `undefined` if no Carrier is in the container's place. Pure. */
export function toOriginal(pod: V1Pod, container: string): ImageChange | undefined {
  const image = originalImage(pod, container);
  return image ? { image, original: null } : undefined;
}

/**
 * An image is one of the few fields of a running pod that may be changed; the kubelet then restarts the container. One
 * patch, so that an image is never changed without its original. Returns the pod with the new image; `undefined` when it
 * is gone.
 */
export async function setImage(
  cluster: Cluster,
  pod: V1Pod,
  container: string,
  { image, original }: ImageChange,
): Promise<V1Pod | undefined> {
  const ref = podRef(pod.metadata?.namespace ?? "", pod.metadata?.name ?? "");
  const change = {
    metadata: { uid: pod.metadata?.uid, annotations: { [annotationOf(container)]: original } },
    spec: { containers: [{ name: container, image }] },
  };
  return await cluster.patch<V1Pod>(ref, change, { strategic: true });
}

/**
 * Restores a pod whose container was replaced. True when nothing is left to do: the pod is gone, or its spec has the
 * original image and a container other than Carrier's is ready, cannot start at all, or has no node to start on.
 */
export async function restorePod(
  cluster: Cluster,
  namespace: string,
  container: string,
  intercepted: InterceptedPod,
): Promise<boolean> {
  if (isUntouched(intercepted)) return true;
  const pod = await cluster.get<V1Pod>(podRef(namespace, intercepted.name));
  if (!pod || pod.metadata?.uid !== intercepted.uid || pod.metadata.deletionTimestamp) return true;
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return true;
  const change = toOriginal(pod, container);
  if (change) {
    await setImage(cluster, pod, container, change);
    return false;
  }
  // Never touched, or changed by somebody else: only the pod's owner can create it again.
  const image = imageInSpec(pod, container);
  if (!image || image !== intercepted.originalImage) return true;
  const running = runningContainer(pod, container), status = containerStatus(pod, container);
  // No node has seen it: what starts there is the original.
  if (!pod.spec?.nodeName && !status) return true;
  if (running !== undefined) return running !== intercepted.carrierContainer && status?.ready === true;
  return crashes(status, intercepted) || hopelessReason(status, image) !== undefined;
}

/** The original starts and ends again and again. */
function crashes(status: V1ContainerStatus | undefined, { carrierContainer }: InterceptedPod): boolean {
  const ended = status?.lastState?.terminated?.containerID;
  return status?.state?.waiting?.reason === CRASHES && ended !== carrierContainer;
}
