import type { V1Pod } from "@kubernetes/client-node";
import { imageInSpec, podRef, restorePod } from "../../lib/pods/pod-image.ts";
import { releasePod } from "../../lib/pods/release.ts";
import { messageOf } from "../../lib/errors.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../../lib/names.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { bridgePhases } from "../../lib/api/phases.ts";
import { untilServices } from "./service-convergence.ts";
import { tellCarrier } from "./carriers.ts";
import { type Context, later, setFinalizers } from "../runtime/context.ts";
import { switchImage } from "./drain.ts";
import { setPhase } from "./phase.ts";
import { stowawayAddress } from "../stowaway/tunnel.ts";

/** By the pod's uid: when its original was first asked to come back, in Unix milliseconds. */
const asked = new Map<string, number>();

/** An original that does not start any more, or a node that is lost, must not keep the others waiting for ever. */
const PATIENCE_MS = RESTORE_TIMEOUT_MS / 2;

/** Gives every pod back, then lets the bridge go. Containers that were replaced come back one after the other. */
export async function restoreBridge(
  context: Context,
  bridge: GefyraBridge,
  now: number = Date.now(),
): Promise<void> {
  const namespace = bridge.metadata?.namespace ?? "", name = bridge.metadata?.name ?? "";
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) return;
  const said = setPhase(context, namespace, name, {
    phase: bridgePhases.restoring,
    reason: bridgeReasons.deleted,
    message: "restoring the originals",
  });
  // Nobody waits for the words; where they fail, that is told below.
  said.catch(() => {});
  const records = bridge.status?.pods ?? [];
  if (records.some(({ mode }) => mode === "replace")) await context.cache.watch(namespace);
  let waiting = false;
  for (const record of records) {
    if (await giveBack(context, bridge, record)) continue;
    const since = asked.get(record.uid) ?? now;
    asked.set(record.uid, since);
    if (now - since >= PATIENCE_MS) continue;
    waiting = true;
    if (record.mode === "replace") break;
  }
  await said;
  if (waiting) return later(context, bridge, 1000);
  for (const { uid } of records) asked.delete(uid);
  context.attempts.forget(`${bridge.metadata?.uid}/`);
  const finalizers = bridge.metadata.finalizers.filter((one) => one !== FINALIZER);
  await setFinalizers(context, context.cache.bridges, bridgeRef(namespace, name), finalizers);
  context.log(`bridge ${namespace}/${name}: restored`);
}

/**
 * Of a bridge that stays, but may not have its pods any more: those that are not given back yet. Containers that were
 * replaced come back one after the other.
 */
export async function restoreAll(
  context: Context,
  bridge: GefyraBridge,
  taken: InterceptedPod[],
): Promise<InterceptedPod[]> {
  const left: InterceptedPod[] = [];
  for (const record of taken) {
    const waits = record.mode === "replace" && left.some(({ mode }) => mode === "replace");
    if (waits || !await giveBack(context, bridge, record)) left.push(record);
  }
  return left;
}

async function giveBack(context: Context, bridge: GefyraBridge, record: InterceptedPod): Promise<boolean> {
  const namespace = bridge.metadata?.namespace ?? "";
  if (isUntouched(record)) return true;
  if (record.mode === "replace") {
    if (await serves(context, bridge, record)) return false;
    if (!await restorePod(context.cluster, namespace, record.container, record)) return false;
    return await isAnswered(context, bridge, record);
  }
  try {
    return await releasePod(context.cluster, namespace, record, {
      bridges: context.cache.bridges.all(),
      image: context.carrierImage,
      stowaway: stowawayAddress(context) ?? "",
      tell: tellCarrier,
    });
  } catch (error) {
    // A node that is lost answers no more: its pods must not keep the bridge for ever.
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return false;
  }
}

/** Whether those who ask the pod's Services reach its original. */
async function isAnswered(context: Context, bridge: GefyraBridge, record: InterceptedPod): Promise<boolean> {
  const { namespace = "" } = bridge.metadata ?? {};
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, record.name));
  if (!pod || pod.metadata?.uid !== record.uid) return true;
  const wait = await untilServices(context, pod);
  if (wait > 0) later(context, bridge, wait);
  return wait === 0;
}

/** Whether a pod whose original is to come back is still in its Services. */
async function serves(context: Context, bridge: GefyraBridge, record: InterceptedPod): Promise<boolean> {
  const { namespace = "" } = bridge.metadata ?? {};
  const pod = context.cache.pods.get(namespace, record.name);
  if (!pod || pod.metadata?.uid !== record.uid || pod.metadata.deletionTimestamp) return false;
  if (!record.originalImage) return false;
  if (imageInSpec(pod, record.container) === record.originalImage) return false;
  const wait = await switchImage(context, pod, record.container, record.originalImage);
  if (wait > 0) later(context, bridge, wait);
  return wait > 0;
}
