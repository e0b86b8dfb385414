/** Pods that cannot be taken: the status names them, their originals are restored, and each is retried with growing delays. */
import type { V1Pod } from "@kubernetes/client-node";
import { placementOf } from "../../lib/pods/ephemeral.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { podStates } from "../../lib/api/phases.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";
import { latestWarning } from "../../lib/kube/events.ts";
import { whyNotReady } from "../../lib/workload/pod-problems.ts";
import { type Requeue, requeueAfter } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { restoreOriginal } from "./originals.ts";
import { keyOf, shortened } from "./records.ts";

export interface Refusal {
  cause: BridgeReason;
  reason: string;
}

/** A pod's record after a step, and when the next step is due. */
export type Step = { record: InterceptedPod } & Requeue;

const RETRY_MS = 1_000;
/** A pod whose Carrier takes longer to start is named in the status, and no longer delays the other pods. */
const SLOW_MS = 20_000;
/** How long a replaced container may take, in addition to the time that its original may take to stop. */
const LONGEST_SWITCH_MS = 60_000, USUAL_GRACE_S = 30;
/**
 * Each attempt to replace a container restarts it, so these attempts are rarer: the kubelet may start the original only
 * after 10 s, or 20 s the next time, and it should serve before it is replaced again.
 */
const REPLACE_DELAYS = { first: 30_000, longest: 600_000 };

/** What an attempt would do: where it differs from the failed one, the next attempt is due at once. */
function wantedOf({ carrierImage }: BridgeContext, { metadata }: GefyraBridge, pod: V1Pod): string {
  const placed = placementOf(pod, carrierImage);
  return `${metadata?.generation} ${placed.state} ${"id" in placed ? placed.id : ""}`;
}

/** Milliseconds. */
export const untilNextAttempt = (context: BridgeContext, bridge: GefyraBridge, pod: V1Pod): number =>
  context.attempts.remaining(keyOf(bridge, pod.metadata), wantedOf(context, bridge, pod));

export function fail(
  context: BridgeContext,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod & Refusal,
): InterceptedPod {
  context.log(`pod ${pod.metadata?.namespace}/${record.name}: ${record.reason}`);
  const delays = record.mode === "replace" ? REPLACE_DELAYS : undefined;
  context.attempts.fail(keyOf(bridge, pod.metadata), wantedOf(context, bridge, pod), delays);
  return { ...record, reason: shortened(record.reason), state: podStates.failed };
}

/** The record is unchanged until the original serves again. */
export async function restoreFailed(
  context: BridgeContext,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Step> {
  const restored = await restoreOriginal(context, bridge.metadata?.namespace ?? "", record);
  return restored
    ? {
      record: { ...restored, state: podStates.restored },
      ...requeueAfter(untilNextAttempt(context, bridge, pod)),
    }
    : { record, ...requeueAfter(RETRY_MS) };
}

/** Names a pod whose Carrier takes long to start; a container that is replaced fails when it takes too long. */
export async function checkProgress(
  context: BridgeContext,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Step> {
  const key = keyOf(bridge, pod.metadata);
  context.attempts.start(key);
  const age = context.attempts.age(key);
  if (age < SLOW_MS) return { record, ...requeueAfter(SLOW_MS - age) };
  const why = await whySlow(context, pod);
  const reason = shortened(`Carrier does not start${why ? `: ${why}` : ""}`);
  const grace = (pod.spec?.terminationGracePeriodSeconds ?? USUAL_GRACE_S) * 1000;
  if (record.mode === "replace" && age >= LONGEST_SWITCH_MS + grace) {
    return { record: fail(context, bridge, pod, { ...record, cause: bridgeReasons.carrierFailed, reason }) };
  }
  return { record: { ...record, reason }, ...requeueAfter(SLOW_MS) };
}

async function whySlow(context: BridgeContext, pod: V1Pod): Promise<string | undefined> {
  const warning = await latestWarning(context.cluster, pod);
  return warning ?? whyNotReady(pod);
}
