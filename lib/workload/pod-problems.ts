/** Why a pod does not run or serve, in the scheduler's and the kubelet's words. Pure. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** The kubelet's reasons: there is no image to start a container from. */
const NO_IMAGE = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"];
/** The kubelet's reasons: there is an image, but no container can be created from it. */
const NO_CONTAINER = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"];
/** The kubelet's reason: the container starts, and ends each time. */
export const CRASHES = "CrashLoopBackOff";

export const hasNoImage = (reason: string): boolean => NO_IMAGE.includes(reason);

/** Waiting does not resolve it: somebody must change the pod, its image or its cluster. */
export const isHopeless = (reason: string): boolean => hasNoImage(reason) || NO_CONTAINER.includes(reason);

/** Why the pod is not scheduled; `undefined` if it is, or if the scheduler has not decided yet. */
export function whyUnscheduled({ spec, status }: V1Pod): string | undefined {
  if (spec?.nodeName) return undefined;
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  return sentence(scheduled.reason, scheduled.message);
}

/** Why the pod's Services send it no traffic; `undefined` while it is ready. */
export function whyNotReady(pod: V1Pod): string | undefined {
  if (isReady(pod)) return undefined;
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled) return unscheduled;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const waiting = [...initContainerStatuses.filter(({ started }) => !started), ...containerStatuses]
    .filter(({ ready }) => !ready)
    .map((status) => `container ${status.name}: ${stateOf(status)}`);
  // Apart from containers, a readiness gate may keep a pod from being ready.
  return waiting.join(", ") || "its condition Ready is not true";
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

function stateOf({ state, lastState }: V1ContainerStatus): string {
  const { waiting, terminated } = state ?? {};
  if (terminated) return `ended with exit code ${terminated.exitCode}`;
  if (!waiting) return "not ready";
  if (waiting.reason !== CRASHES) return sentence(waiting.reason, waiting.message);
  // Its message repeats the names and does not say how the container ended.
  const code = lastState?.terminated?.exitCode;
  return code === undefined ? waiting.reason : `${waiting.reason}, ended with exit code ${code}`;
}

const sentence = (reason: string | undefined, message: string | undefined) =>
  [reason, message].filter(Boolean).join(": ").replace(/\.$/, "") || "not started";
