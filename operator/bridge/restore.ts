/** Restores the pods of a bridge that is deleted, or that may no longer have them. */
import type { V1Pod } from "@kubernetes/client-node";
import pMap from "p-map";
import { podRef, restorePod, runningContainer, toOriginal } from "../../lib/pods/pod-image.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import { contract } from "../../lib/contract.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../../lib/names.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgePhases } from "../../lib/api/phases.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { setFinalizers } from "../runtime/context.ts";
import { BUSY, MOST_AT_ONCE, UNREACHABLE } from "../runtime/reach.ts";
import { earliest, type Requeue, requeueAfter, type Result } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { release } from "./originals.ts";
import { setPhase } from "./phase.ts";
import { keyOf } from "./records.ts";

const RETRY_MS = 1_000;
/**
 * An original that never starts again must not keep the bridge for ever. A Carrier that does not answer does keep it,
 * since it still takes traffic; at the latest its pod goes with its node.
 */
const LONGEST_MS = RESTORE_TIMEOUT_MS / 2;

/** Restores all pods of a deleted bridge, then removes its finalizer. Replaced containers are restored one by one. */
export async function restoreBridge(
  context: BridgeContext,
  bridge: GefyraBridge,
  now: number = Date.now(),
): Promise<Result> {
  const namespace = bridge.metadata?.namespace ?? "", name = bridge.metadata?.name ?? "";
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) return {};
  const restoring = { phase: bridgePhases.restoring };
  const written = bridge.status?.phase === bridgePhases.restoring
    ? undefined
    : setPhase(context, namespace, name, {
      ...{ ...restoring, reason: bridgeReasons.deleted, message: "restoring the originals" },
    });
  // The work does not wait for the write; a failure is reported below.
  written?.catch(() => {});
  const records = bridge.status?.pods ?? [];
  await context.cache.watch(namespace);
  const isLate = (record: InterceptedPod) => {
    const since = context.restoringSince.get(keyOf(bridge, record)) ?? now;
    context.restoringSince.set(keyOf(bridge, record), since);
    return now - since >= LONGEST_MS;
  };
  const { left, silent, waiting, next } = await restorePods(context, bridge, records, isLate);
  await written;
  if (left.some((record) => silent.has(record) || waiting.has(record) || !isLate(record))) {
    if (silent.size) {
      const message = [...silent.values()].join("; ");
      await setPhase(context, namespace, name, { ...restoring, reason: bridgeReasons.unreachable, message });
    }
    return next;
  }
  const finalizers = bridge.metadata.finalizers.filter((one) => one !== FINALIZER);
  await setFinalizers(context, context.cache.bridges, bridgeRef(namespace, name), bridge, finalizers);
  context.log(`bridge ${namespace}/${name}: restored`);
  return {};
}

interface Restored {
  /** The pods that are not restored yet. */
  left: InterceptedPod[];
  /** Those of them that do not answer, and why. */
  silent: Map<InterceptedPod, string>;
  /** Those of them that were not asked yet, as others on their node go first. */
  waiting: Set<InterceptedPod>;
  next: Requeue;
}

/**
 * Restores pods; replaced containers one by one, so that others serve. `isLate`: the next one does not wait for this one any
 * more.
 */
export async function restorePods(
  context: BridgeContext,
  bridge: GefyraBridge,
  taken: InterceptedPod[],
  isLate: (record: InterceptedPod) => boolean = () => false,
): Promise<Restored> {
  const left: InterceptedPod[] = [], silent = new Map<InterceptedPod, string>();
  const waiting = new Set<InterceptedPod>();
  let next: Requeue = {};
  const restore = async (record: InterceptedPod): Promise<boolean> => {
    const { done, unreachable, waits, ...again } = await restorePodOf(context, bridge, record);
    if (done) return true;
    next = earliest(next, again.requeueAt === undefined ? requeueAfter(RETRY_MS) : again);
    left.push(record);
    if (unreachable) silent.set(record, unreachable);
    if (waits) waiting.add(record);
    return false;
  };
  const replaced = taken.filter(({ mode }) => mode === "replace");
  const inTurn = async () => {
    for (const [i, record] of replaced.entries()) {
      if (await restore(record) || isLate(record)) continue;
      left.push(...replaced.slice(i + 1));
      return;
    }
  };
  const together = pMap(taken.filter(({ mode }) => mode !== "replace"), restore, {
    concurrency: MOST_AT_ONCE,
  });
  await Promise.all([inTurn(), together]);
  return { left, silent, waiting, next };
}

/** `unreachable`: the pod does not answer. `waits`: it was not asked yet. */
type Restoring = Requeue & { done: boolean; unreachable?: string; waits?: boolean };

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
    if (error instanceof GefyraError && error.id === BUSY) return { done: false, waits: true };
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    const wait = context.reach.remaining({ namespace, name: record.name });
    return { done: false, unreachable: messageOf(error), ...requeueAfter(Math.max(wait, RETRY_MS)) };
  }
}

async function restoreContainer(
  context: BridgeContext,
  namespace: string,
  record: InterceptedPod,
): Promise<Restoring> {
  const { name, container } = record;
  const carried = context.cache.pods.get(namespace, name);
  const change = carried && isPodOf(record, carried) ? toOriginal(carried, container) : undefined;
  if (carried && change) {
    const wait = await context.drains.switchImage(carried, container, change);
    if (wait > 0) return { done: false, ...requeueAfter(wait) };
  }
  if (!await restorePod(context.cluster, namespace, container, record)) {
    return { done: false, ...(change ? {} : await askKubelet(context, namespace, record)) };
  }
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, name));
  if (!pod || pod.metadata?.uid !== record.uid) return { done: true };
  const wait = await context.convergence.track(pod);
  return wait > 0 ? { done: false, ...requeueAfter(wait) } : { done: true };
}

/**
 * A Carrier whose image was changed ends within a second or two, if the kubelet of its node works. A node that hangs counts
 * as ready for another 40 s, so the Carrier is asked.
 */
async function askKubelet(
  { cluster, reach }: BridgeContext,
  namespace: string,
  { name, container, carrierContainer }: InterceptedPod,
): Promise<Requeue & { unreachable?: string }> {
  const pod = await cluster.get<V1Pod>(podRef(namespace, name));
  if (!pod || !carrierContainer || runningContainer(pod, container) !== carrierContainer) return {};
  try {
    await cluster.exec({ namespace, pod: name, container }, [contract.paths.carrier, "running"]);
    return {};
  } catch (error) {
    if (!(error instanceof GefyraError) || error.id !== UNREACHABLE) return {};
    const wait = Math.max(reach.remaining({ namespace, name }), RETRY_MS);
    return { unreachable: error.message, ...requeueAfter(wait) };
  }
}

const isPodOf = ({ uid }: InterceptedPod, { metadata }: V1Pod): boolean =>
  metadata?.uid === uid && !metadata.deletionTimestamp;
