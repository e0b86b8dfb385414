/** Lets the original of a pod serve again while its bridge stays, and keeps all that is needed to take the pod later. */
import type { V1Pod } from "@kubernetes/client-node";
import { podRef, restorePod, runningContainer } from "../../lib/pods/pod-image.ts";
import { releasePod } from "../../lib/pods/release.ts";
import { messageOf } from "../../lib/errors.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { tellCarrier } from "./carriers.ts";
import type { Context } from "../runtime/context.ts";
import { stowawayAddress } from "../stowaway/tunnel.ts";

/** The record as it is for taking the pod again, when the original serves; `undefined` while it does not. */
export async function restoreOriginals(
  context: Context,
  namespace: string,
  record: InterceptedPod,
): Promise<InterceptedPod | undefined> {
  try {
    return record.mode === "replace"
      ? await putBack(context, namespace, record)
      : await release(context, namespace, record);
  } catch (error) {
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return undefined;
  }
}

async function release(context: Context, namespace: string, record: InterceptedPod) {
  const done = await releasePod(context.cluster, namespace, record, {
    bridges: context.cache.bridges.all(),
    image: context.carrierImage,
    stowaway: stowawayAddress(context) ?? "",
    tell: tellCarrier,
  });
  return done ? record : undefined;
}

/** The container that runs then is the one that Carrier replaces when the pod is taken again. */
async function putBack(context: Context, namespace: string, record: InterceptedPod) {
  if (!await restorePod(context.cluster, namespace, record.container, record)) return undefined;
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, record.name));
  const running = pod?.metadata?.uid === record.uid ? runningContainer(pod, record.container) : undefined;
  if (!running) return record;
  const { carrierContainer: _, ...rest } = record;
  return { ...rest, originalContainer: running };
}
