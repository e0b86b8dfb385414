/** Brings Carrier into a pod: beside the container, or in its place. */
import type { V1Pod } from "@kubernetes/client-node";
import { addCarrier, hopelessReason, placementOf } from "../../lib/pods/ephemeral.ts";
import {
  containerStatus,
  imageInSpec,
  originalImage,
  runningContainer,
  setImage,
  toCarrier,
} from "../../lib/pods/pod-image.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type Requeue, requeueAfter } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";

/** Where Carrier runs in a pod. */
export interface Placed {
  container: string;
  /** The running container's id, as the container runtime names it; absent until the kubelet reports it. */
  id: string | undefined;
}

/** Where it runs; or why it never will; or that it is on its way. */
export type Placing = Placed | { reason: string } | Requeue;

/**
 * The kubelet reports up to a second late that a container runs. Carrier takes its configuration before that, so for this
 * long after its creation the operator simply tries.
 */
const EARLY_MS = 5000;
export const EARLY_INTERVAL_MS = 50;

export async function placeBeside(context: BridgeContext, pod: V1Pod): Promise<Placing> {
  const placed = placementOf(pod, context.carrierImage);
  const { namespace = "", uid = "" } = pod.metadata ?? {};
  switch (placed.state) {
    case "running":
      context.createdAt.delete(uid);
      return { container: placed.name, id: placed.id };
    case "failed":
      return { reason: placed.reason };
    case "absent":
      // A pod without a node cannot get an ephemeral container.
      if (!pod.spec?.nodeName) return {};
      await addCarrier(context.cluster, pod, placed.name, context.carrierImage);
      context.log(`pod ${namespace}/${pod.metadata?.name}: Carrier joins`);
      return expectEarly(context, uid);
    case "starting":
      return early(context, placed.name, uid);
  }
}

export async function placeInOriginalsPlace(
  context: BridgeContext,
  pod: V1Pod,
  record: InterceptedPod,
  templateImage: string | undefined,
): Promise<Placing> {
  const { container } = record;
  const isCarriers = imageInSpec(pod, container) === context.carrierImage;
  if (isCarriers && templateImage && !originalImage(pod, container)) {
    // Somebody took the annotation away. The pod belongs to the target, so its template has the image.
    await setImage(context.cluster, pod, container, { image: context.carrierImage, original: templateImage });
  }
  if (!isCarriers) {
    const change = toCarrier(pod, container, context.carrierImage);
    const wait = await context.drains.switchImage(pod, container, change);
    if (wait > 0) return requeueAfter(wait);
    context.log(`pod ${pod.metadata?.namespace}/${record.name}: ${container} becomes Carrier`);
    // Without a readiness probe, the container is ready and gets requests as soon as it runs.
    return expectEarly(context, record.uid);
  }
  const id = runningContainer(pod, container);
  if (id && id !== record.originalContainer) {
    context.createdAt.delete(record.uid);
    return { container, id };
  }
  // With the pull policy Always the kubelet pulls Carrier's image too.
  const reason = hopelessReason(containerStatus(pod, container), context.carrierImage);
  return reason ? { reason } : early(context, container, record.uid);
}

function expectEarly({ createdAt }: BridgeContext, uid: string): Requeue {
  createdAt.set(uid, Date.now());
  return requeueAfter(EARLY_INTERVAL_MS);
}

function early({ createdAt }: BridgeContext, container: string, uid: string): Placed | Requeue {
  return Date.now() - (createdAt.get(uid) ?? 0) > EARLY_MS ? {} : { container, id: undefined };
}
