/** Carrier beside the original: an ephemeral container that joins the running pod. */
import type { V1ContainerStatus, V1EphemeralContainer, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";

const NAME = "gefyra-carrier";

/** An ephemeral container stays in the pod's spec for the pod's life, so one that runs is used again. */
export type Placement =
  | { state: "running"; name: string; id: string }
  | { state: "starting"; name: string }
  | { state: "failed"; name: string; reason: string }
  | { state: "absent"; name: string };

/** Reasons of the kubelet which waiting does not mend. */
export function isHopeless(reason: string): boolean {
  return /^(Err|ImagePullBackOff|InvalidImage|CreateContainerE|CreateContainerConfig|RunContainerE)/.test(
    reason,
  );
}

const NO_IMAGE = /^(Err|ImagePullBackOff|InvalidImage)/;

/**
 * Why a container of this image does not start, where waiting does not mend it. A status may be older than a change of
 * the image: then it names another. Pure.
 */
export function hopelessReason(status: V1ContainerStatus | undefined, image: string): string | undefined {
  const { reason, message } = status?.state?.waiting ?? {};
  if (!reason || !isHopeless(reason)) return undefined;
  if (NO_IMAGE.test(reason) && !message?.includes(image)) return undefined;
  return message ? `${reason}: ${message}` : reason;
}

/** Where Carrier, of this image or of any, stands in a pod; with `absent`, the name that is free for it. Pure. */
export function placementOf(pod: V1Pod, image: string | undefined): Placement {
  const ours = (pod.spec?.ephemeralContainers ?? []).filter(({ name }) => name.startsWith(NAME));
  for (const { name, image: placed } of ours) {
    if (image !== undefined && placed !== image) continue;
    const state = pod.status?.ephemeralContainerStatuses?.find((status) => status.name === name);
    if (state?.state?.terminated) continue;
    if (state?.state?.running) return { state: "running", name, id: state.containerID ?? "" };
    const { reason, message } = state?.state?.waiting ?? {};
    if (reason && isHopeless(reason)) {
      return { state: "failed", name, reason: message ? `${reason}: ${message}` : reason };
    }
    return { state: "starting", name };
  }
  return { state: "absent", name: ours.length === 0 ? NAME : `${NAME}-${ours.length + 1}` };
}

/** NET_ADMIN and nothing else; root, since only root's capabilities survive the start of a program. Pure. */
export function ephemeralContainer(name: string, image: string): V1EphemeralContainer {
  return {
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    securityContext: {
      runAsUser: 0,
      runAsNonRoot: false,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
    },
  };
}

export async function addCarrier(cluster: Cluster, pod: V1Pod, name: string, image: string): Promise<void> {
  const { namespace = "", name: podName = "" } = pod.metadata ?? {};
  await cluster.patch(
    { apiVersion: "v1", kind: "Pod", namespace, name: podName },
    { spec: { ephemeralContainers: [ephemeralContainer(name, image)] } },
    { strategic: true, subresource: "ephemeralcontainers" },
  );
}
