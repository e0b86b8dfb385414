/** Pods that cannot be taken: they are named, their originals come back, and each is tried again later and later. */
import type { V1Pod } from "@kubernetes/client-node";
import { placementOf } from "../../lib/pods/ephemeral.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";
import { podStates } from "../../lib/api/phases.ts";
import { latestWarning } from "../../lib/kube/events.ts";
import { whyNotReady } from "../../lib/workload/pod-problems.ts";
import { type Context, later } from "../runtime/context.ts";
import { restoreOriginals } from "./originals.ts";
import { shortened } from "./records.ts";

export interface Refusal {
  cause: BridgeReason;
  reason: string;
}

const AGAIN_MS = 1_000;
/** After so long a pod whose Carrier does not start is named, and holds up nobody. */
const SLOW_MS = 20_000;
/** How long a replaced container may take, beside what its original may take to stop. */
const LONGEST_SWITCH_MS = 60_000, USUAL_GRACE_S = 30;
/** Each attempt to replace a container restarts it: those are rarer. */
const REPLACE_AGAIN = { first: 10_000, longest: 600_000 };

export const keyOf = ({ metadata }: GefyraBridge, pod: V1Pod) => `${metadata?.uid}/${pod.metadata?.uid}`;

/** What an attempt is made with: where it differs from the failed one, the next is made at once. */
function wantedOf({ carrierImage }: Context, { metadata }: GefyraBridge, pod: V1Pod): string {
  const placed = placementOf(pod, carrierImage);
  return `${metadata?.generation} ${placed.state} ${"id" in placed ? placed.id : ""}`;
}

/** Milliseconds. */
export const untilNextAttempt = (context: Context, bridge: GefyraBridge, pod: V1Pod): number =>
  context.attempts.wait(keyOf(bridge, pod), wantedOf(context, bridge, pod));

export function fail(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod & Refusal,
): InterceptedPod {
  context.log(`pod ${pod.metadata?.namespace}/${record.name}: ${record.reason}`);
  const again = record.mode === "replace" ? REPLACE_AGAIN : undefined;
  context.attempts.failed(keyOf(bridge, pod), wantedOf(context, bridge, pod), again);
  return { ...record, reason: shortened(record.reason), state: podStates.failed };
}

/** The record when the original serves again; as it was while it does not. */
export async function restoreFailed(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<InterceptedPod> {
  const back = await restoreOriginals(context, bridge.metadata?.namespace ?? "", record);
  later(context, bridge, back ? untilNextAttempt(context, bridge, pod) : AGAIN_MS);
  return back ? { ...back, state: podStates.restored } : record;
}

/** One that takes long says so; a container that is replaced comes back when it takes too long. */
export async function slow(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<InterceptedPod> {
  const age = context.attempts.age(keyOf(bridge, pod));
  if (age < SLOW_MS) {
    later(context, bridge, SLOW_MS - age);
    return record;
  }
  const why = await whySlow(context, pod);
  const reason = shortened(`Carrier does not start${why ? `: ${why}` : ""}`);
  const grace = (pod.spec?.terminationGracePeriodSeconds ?? USUAL_GRACE_S) * 1000;
  if (record.mode === "replace" && age >= LONGEST_SWITCH_MS + grace) {
    return fail(context, bridge, pod, { ...record, cause: bridgeReasons.carrierFailed, reason });
  }
  later(context, bridge, SLOW_MS);
  return { ...record, reason };
}

async function whySlow(context: Context, pod: V1Pod): Promise<string | undefined> {
  const warning = await latestWarning(context.cluster, pod);
  return warning ?? whyNotReady(pod);
}
