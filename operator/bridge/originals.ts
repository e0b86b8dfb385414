/** Restores the original of a pod while its bridge stays, and keeps all that is needed to take the pod again. */
import type { V1Pod } from "@kubernetes/client-node";
import { podRef, restorePod, runningContainer } from "../../lib/pods/pod-image.ts";
import { releaseShare } from "../../lib/pods/release.ts";
import { messageOf } from "../../lib/errors.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type BridgeContext, forwardedBridges } from "./context.ts";
import { stowawayAddress } from "../stowaway/tunnel.ts";

/** The record for taking the pod again, once the original serves; `undefined` until then. */
export async function restoreOriginal(
  context: BridgeContext,
  namespace: string,
  record: InterceptedPod,
): Promise<InterceptedPod | undefined> {
  try {
    return record.mode === "replace"
      ? await restoreContainer(context, namespace, record)
      : await release(context, namespace, record)
      ? record
      : undefined;
  } catch (error) {
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return undefined;
  }
}

/** Takes a bridge's share out of the Carrier beside the original. True when nothing is left to do. */
export function release(
  context: BridgeContext,
  namespace: string,
  record: InterceptedPod,
): Promise<boolean> {
  return releaseShare(context.cluster, namespace, record, {
    bridges: () => forwardedBridges(context, { namespace, uid: record.uid }),
    image: context.carrierImage,
    stowaway: stowawayAddress(context) ?? "",
    configure: context.carriers.configure,
  });
}

/** The container that runs then is the one that Carrier replaces when the pod is taken again. */
async function restoreContainer(context: BridgeContext, namespace: string, record: InterceptedPod) {
  if (!await restorePod(context.cluster, namespace, record.container, record)) return undefined;
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, record.name));
  const running = pod?.metadata?.uid === record.uid ? runningContainer(pod, record.container) : undefined;
  if (!running) return record;
  const { carrierContainer: _, ...rest } = record;
  return { ...rest, originalContainer: running };
}
