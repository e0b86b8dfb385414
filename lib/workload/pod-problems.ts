/** Why a pod does not run or serve, in the words of the scheduler and the kubelet. Pure. */
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** Reasons of the kubelet: there is no image to start a container from. */
const NO_IMAGE = ["ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"];
/** Reasons of the kubelet: there is an image, and no container comes of it. */
const NO_CONTAINER = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"];
/** Reason of the kubelet: the container starts, and ends each time. */
export const CRASHES = "CrashLoopBackOff";

export const hasNoImage = (reason: string): boolean => NO_IMAGE.includes(reason);

/** Waiting alone does not resolve it: somebody has to change the pod, its image or its cluster. */
export const isHopeless = (reason: string): boolean => hasNoImage(reason) || NO_CONTAINER.includes(reason);

/** Why no node takes the pod; `undefined` where one has, or the scheduler has not decided yet. */
export function whyUnscheduled({ spec, status }: V1Pod): string | undefined {
  if (spec?.nodeName) return undefined;
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status !== "False") return undefined;
  return sentence(scheduled.reason, scheduled.message);
}

/** Why the Services of a pod pass it by; `undefined` while it is ready. */
export function whyNotReady(pod: V1Pod): string | undefined {
  if (isReady(pod)) return undefined;
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled) return unscheduled;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const waiting = [...initContainerStatuses.filter(({ started }) => !started), ...containerStatuses]
    .filter(({ ready }) => !ready)
    .map((status) => `container ${status.name}: ${stateOf(status)}`);
  // Beside containers, a readiness gate may hold a pod back.
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
  // Its message repeats the names, and says not how it ended.
  const code = lastState?.terminated?.exitCode;
  return code === undefined ? waiting.reason : `${waiting.reason}, ended with exit code ${code}`;
}

const sentence = (reason: string | undefined, message: string | undefined) =>
  [reason, message].filter(Boolean).join(": ").replace(/\.$/, "") || "not started";
