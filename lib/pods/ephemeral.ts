/** Carrier beside the original: an ephemeral container in the running pod. */
import type { V1ContainerStatus, V1EphemeralContainer, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import { hasNoImage, isHopeless } from "../workload/pod-problems.ts";

const NAME = "gefyra-carrier";

/** An ephemeral container stays in the pod's spec until the pod ends, so a running one is used again. */
export type Placement =
  | { state: "running"; name: string; id: string }
  | { state: "starting"; name: string }
  | { state: "failed"; name: string; reason: string }
  | { state: "absent"; name: string };

/**
 * Why a container of this image does not start, if waiting does not resolve it. A status may be older than the last change
 * of the image: then it names another one. Pure.
 */
export function hopelessReason(status: V1ContainerStatus | undefined, image: string): string | undefined {
  const { reason, message } = status?.state?.waiting ?? {};
  if (!reason || !isHopeless(reason)) return undefined;
  if (hasNoImage(reason) && !message?.includes(image)) return undefined;
  return message ? `${reason}: ${message}` : reason;
}

const carriersIn = ({ spec }: V1Pod) =>
  (spec?.ephemeralContainers ?? []).filter(({ name }) => name.startsWith(NAME));

/** Whether a Carrier is or was in the pod. Pure. */
export const hadCarrier = (pod: V1Pod): boolean => carriersIn(pod).length > 0;

/** The state of the Carrier beside the original, of this image or of any; if `absent`, with a free name for it. Pure. */
export function placementOf(pod: V1Pod, image: string | undefined): Placement {
  return placementAmong(pod, NAME, carriersIn(pod), (one) => image === undefined || one.image === image);
}

/**
 * The state of the first of these ephemeral containers that is usable and has not ended; if `absent`, with a free name for
 * another one: those that have ended stay in the pod. Pure.
 */
export function placementAmong(
  pod: V1Pod,
  base: string,
  ours: V1EphemeralContainer[],
  isUsable: (container: V1EphemeralContainer) => boolean = () => true,
): Placement {
  for (const { name } of ours.filter(isUsable)) {
    const status = pod.status?.ephemeralContainerStatuses?.find((one) => one.name === name);
    if (status?.state?.terminated) continue;
    if (status?.state?.running) return { state: "running", name, id: status.containerID ?? "" };
    const { reason, message } = status?.state?.waiting ?? {};
    if (reason && isHopeless(reason)) {
      return { state: "failed", name, reason: message ? `${reason}: ${message}` : reason };
    }
    return { state: "starting", name };
  }
  return { state: "absent", name: ours.length === 0 ? base : `${base}-${ours.length + 1}` };
}

/**
 * NET_ADMIN and nothing else; as root, since only root keeps its capabilities when it starts a program. It may write to
 * its own root: the only other places are shared with the app. Pure.
 */
export function ephemeralContainer(name: string, image: string): V1EphemeralContainer {
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    securityContext: {
      runAsUser: 0,
      runAsNonRoot: false,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
    },
  };
}

export const addCarrier = (cluster: Cluster, pod: V1Pod, name: string, image: string): Promise<void> =>
  addEphemeral(cluster, pod, ephemeralContainer(name, image));

export async function addEphemeral(
  cluster: Cluster,
  { metadata }: V1Pod,
  container: V1EphemeralContainer,
): Promise<void> {
  const { namespace = "", name = "" } = metadata ?? {};
  await cluster.patch(
    { ...gvk.Pod, namespace, name },
    { spec: { ephemeralContainers: [container] } },
    { strategic: true, subresource: "ephemeralcontainers" },
  );
}
