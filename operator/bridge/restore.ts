/** Restores the pods of a bridge that is deleted, or that may no longer have them. */
import type { V1Pod } from "@kubernetes/client-node";
import { imageInSpec, podRef, restorePod } from "../../lib/pods/pod-image.ts";
import { messageOf } from "../../lib/errors.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../../lib/names.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgePhases } from "../../lib/api/phases.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { setFinalizers } from "../runtime/context.ts";
import { earliest, type Requeue, requeueAfter, type Result } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { release } from "./originals.ts";
import { setPhase } from "./phase.ts";
import { keyOf } from "./records.ts";

const RETRY_MS = 1_000;
/** An original that never starts again, or a lost node, must not keep the bridge for ever. */
const PATIENCE_MS = RESTORE_TIMEOUT_MS / 2;

/** Restores all pods of a deleted bridge, then removes its finalizer. Replaced containers are restored one by one. */
export async function restoreBridge(
  context: BridgeContext,
  bridge: GefyraBridge,
  now: number = Date.now(),
): Promise<Result> {
  const namespace = bridge.metadata?.namespace ?? "", name = bridge.metadata?.name ?? "";
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) return {};
  const written = setPhase(context, namespace, name, {
    phase: bridgePhases.restoring,
    reason: bridgeReasons.deleted,
    message: "restoring the originals",
  });
  // The work does not wait for the write; a failure is reported below.
  written.catch(() => {});
  const records = bridge.status?.pods ?? [];
  if (records.some(({ mode }) => mode === "replace")) await context.cache.watch(namespace);
  let next: Requeue = {}, waiting = false;
  for (const record of records) {
    const { done, ...again } = await restorePodOf(context, bridge, record);
    if (done) continue;
    next = earliest(next, again);
    const since = context.restoringSince.get(keyOf(bridge, record)) ?? now;
    context.restoringSince.set(keyOf(bridge, record), since);
    if (now - since >= PATIENCE_MS) continue;
    waiting = true;
    if (record.mode === "replace") break;
  }
  await written;
  if (waiting) return earliest(next, requeueAfter(RETRY_MS));
  const finalizers = bridge.metadata.finalizers.filter((one) => one !== FINALIZER);
  await setFinalizers(context, context.cache.bridges, bridgeRef(namespace, name), finalizers);
  context.log(`bridge ${namespace}/${name}: restored`);
  return {};
}

/** The records of `taken` that are not restored yet. Replaced containers are restored one by one. */
export async function restorePods(
  context: BridgeContext,
  bridge: GefyraBridge,
  taken: InterceptedPod[],
): Promise<Requeue & { left: InterceptedPod[] }> {
  const left: InterceptedPod[] = [];
  let next: Requeue = {};
  for (const record of taken) {
    if (record.mode === "replace" && left.some(({ mode }) => mode === "replace")) {
      left.push(record);
      continue;
    }
    const { done, ...again } = await restorePodOf(context, bridge, record);
    next = earliest(next, again);
    if (!done) left.push(record);
  }
  return { left, ...(left.length ? earliest(next, requeueAfter(RETRY_MS)) : {}) };
}

type Restoring = Requeue & { done: boolean };

async function restorePodOf(
  context: BridgeContext,
  bridge: GefyraBridge,
  record: InterceptedPod,
): Promise<Restoring> {
  if (isUntouched(record)) return { done: true };
  const namespace = bridge.metadata?.namespace ?? "";
  if (record.mode === "replace") return await restoreContainer(context, namespace, record);
  try {
    return { done: await release(context, namespace, record) };
  } catch (error) {
    // A lost node does not answer: its pods must not keep the bridge for ever.
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return { done: false };
  }
}

async function restoreContainer(
  context: BridgeContext,
  namespace: string,
  record: InterceptedPod,
): Promise<Restoring> {
  const { name, container, originalImage } = record;
  const carried = context.cache.pods.get(namespace, name);
  if (originalImage && carried && isCarriers(carried, record)) {
    const wait = await context.drains.switchImage(carried, container, originalImage);
    if (wait > 0) return { done: false, ...requeueAfter(wait) };
  }
  if (!await restorePod(context.cluster, namespace, container, record)) return { done: false };
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, name));
  if (!pod || pod.metadata?.uid !== record.uid) return { done: true };
  const wait = await context.convergence.track(pod);
  return wait > 0 ? { done: false, ...requeueAfter(wait) } : { done: true };
}

/** Whether the pod of a record still has another image than its original's. */
function isCarriers({ metadata, ...pod }: V1Pod, { uid, container, originalImage }: InterceptedPod): boolean {
  return metadata?.uid === uid && !metadata.deletionTimestamp &&
    imageInSpec(pod, container) !== originalImage;
}
