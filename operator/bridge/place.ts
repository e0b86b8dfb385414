/** Brings Carrier into a pod: beside the container, or in its place. */
import type { V1Pod } from "@kubernetes/client-node";
import { addCarrier, hopelessReason, placementOf } from "../../lib/pods/ephemeral.ts";
import { containerStatus, imageInSpec, runningContainer } from "../../lib/pods/pod-image.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { type Context, later } from "../runtime/context.ts";
import { switchImage } from "./drain.ts";

/** Where Carrier runs in a pod. */
export interface Placed {
  container: string;
  /** Of the running container, as the runtime names it; absent where nobody has said yet that it runs. */
  id: string | undefined;
}

/** `undefined` while it is on its way; a reason where waiting does not bring it. */
export type Placing = Placed | { reason: string } | undefined;

/**
 * Uid of a pod → when its Carrier joined. The kubelet says up to a second late that a container runs, while it can be
 * told its configuration at once: so for a moment that is just tried.
 */
const joinedAt = new Map<string, number>();
const EARLY_MS = 5000;
export const EARLY_INTERVAL_MS = 50;

export async function placeBeside(context: Context, bridge: GefyraBridge, pod: V1Pod): Promise<Placing> {
  const placed = placementOf(pod, context.carrierImage);
  const { namespace = "", uid = "" } = pod.metadata ?? {};
  switch (placed.state) {
    case "running":
      joinedAt.delete(uid);
      return { container: placed.name, id: placed.id };
    case "failed":
      return { reason: placed.reason };
    case "absent":
      // A pod that no node has taken yet cannot be joined.
      if (!pod.spec?.nodeName) return undefined;
      await addCarrier(context.cluster, pod, placed.name, context.carrierImage);
      context.log(`pod ${namespace}/${pod.metadata?.name}: Carrier joins`);
      expectEarly(context, bridge, uid);
      return undefined;
    case "starting":
      return early(placed.name, uid);
  }
}

function expectEarly(context: Context, bridge: GefyraBridge, uid: string): void {
  joinedAt.set(uid, Date.now());
  later(context, bridge, EARLY_INTERVAL_MS);
}

function early(container: string, uid: string): Placed | undefined {
  if (Date.now() - (joinedAt.get(uid) ?? 0) > EARLY_MS) return undefined;
  return { container, id: undefined };
}

export async function placeInOriginalsPlace(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Placing> {
  const { container } = record;
  if (imageInSpec(pod, container) !== context.carrierImage) {
    const wait = await switchImage(context, pod, container, context.carrierImage);
    if (wait > 0) {
      later(context, bridge, wait);
      return undefined;
    }
    // Without a readiness probe it is ready, and asked, as soon as it runs.
    expectEarly(context, bridge, record.uid);
    context.log(`pod ${pod.metadata?.namespace}/${record.name}: ${container} becomes Carrier`);
    return undefined;
  }
  const id = runningContainer(pod, container);
  if (id && id !== record.originalContainer) {
    joinedAt.delete(record.uid);
    return { container, id };
  }
  // A container whose policy is to pull always pulls Carrier's image too.
  const reason = hopelessReason(containerStatus(pod, container), context.carrierImage);
  return reason ? { reason } : early(container, record.uid);
}
