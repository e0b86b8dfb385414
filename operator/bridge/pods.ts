/** Takes the pods of a target, each in its planned mode, and keeps their Carriers configured. */
import type { V1Pod } from "@kubernetes/client-node";
import pMap from "p-map";
import { containerStatus, imageInSpec, originalImage, runningContainer } from "../../lib/pods/pod-image.ts";
import { hadCarrier } from "../../lib/pods/ephemeral.ts";
import type { ModePlan } from "../../lib/plan/modes/mode.ts";
import { messageOf } from "../../lib/errors.ts";
import { type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { podStates } from "../../lib/api/phases.ts";
import { whyUnscheduled } from "../../lib/workload/pod-problems.ts";
import { earliest, type Requeue, requeueAfter, type Result } from "../runtime/result.ts";
import { configure } from "./configure.ts";
import type { BridgeContext } from "./context.ts";
import { checkProgress, fail, type Refusal, restoreFailed, type Step, untilNextAttempt } from "./failures.ts";
import { placeBeside, type Placed, placeInOriginalsPlace } from "./place.ts";
import type { Interception } from "./interception.ts";
import { keyOf, recordsOf, shortened, writeBridgeStatus } from "./records.ts";
import { sourceInStatus } from "./sources.ts";
import { MOST_AT_ONCE } from "../runtime/reach.ts";
import { changeRefusal } from "../runtime/refusals.ts";

/** The records of all pods. An error ends the pass, but what other pods asked for still counts. */
export async function interceptPods(
  context: BridgeContext,
  interception: Interception,
): Promise<Result & { records: InterceptedPod[] }> {
  const { bridge, pods } = interception;
  let records = recordsOf(context, bridge).flatMap((record) => {
    const planned = pods.find(({ pod }) => pod.metadata?.uid === record.uid);
    if (!planned) return [record];
    if (!isCredible(record, planned)) return [];
    const same = record.mode === planned.plan.mode;
    return [same ? { ...record, ...addressOf(planned.pod), ports: portsOf(planned.plan) } : record];
  });
  let next: Requeue = {};
  const put = ({ record, ...again }: Step): InterceptedPod => {
    const known = records.some(({ uid }) => uid === record.uid);
    records = known ? records.map((one) => one.uid === record.uid ? record : one) : [...records, record];
    next = earliest(next, again);
    return record;
  };
  const takeTogether = async (group: Interception["pods"]): Promise<void> => {
    const taken = group.flatMap(({ pod, plan }) => {
      const known = records.find(({ uid }) => uid === pod.metadata?.uid);
      // Its original is restored first.
      if (known?.state === podStates.restoring) return [];
      const first = firstStep(context, interception, { pod, plan, known, records });
      return first ? [{ pod, record: put(first) }] : [];
    });
    if (taken.length === 0) return;
    // All that restoring needs is written before anything is touched.
    await writeBridgeStatus(context, bridge, { pods: records });
    const steps = await settle(
      taken,
      ({ pod, record }) => intercept(context, interception, pod, record),
      put,
    );
    const failed = taken.filter((_, i) => steps[i]?.state === podStates.failed);
    if (failed.length === 0) return;
    // Written first: the configuration of a Carrier that several bridges share leaves these out from now on.
    await writeBridgeStatus(context, bridge, { pods: records });
    const now = failed.map(({ pod }) => ({
      pod,
      record: records.find(({ uid }) => uid === pod.metadata?.uid)!,
    }));
    await settle(now, ({ pod, record }) => restoreFailed(context, bridge, pod, record), put);
  };
  try {
    // A pod that does not answer holds up no other. Replaced containers take turns, so that others serve.
    await takeTogether(pods.filter(({ plan }) => plan.mode === "beside"));
    for (const one of pods.filter(({ plan }) => plan.mode === "replace")) await takeTogether([one]);
  } catch (error) {
    return { records, ...next, error };
  }
  return { records, ...next };
}

/** Takes each step, and puts each result as it comes. Throws the first error when all have ended. */
async function settle<T>(
  all: T[],
  step: (one: T) => Promise<Step>,
  put: (step: Step) => InterceptedPod,
): Promise<(InterceptedPod | undefined)[]> {
  const errors: unknown[] = [];
  const steps = await pMap(
    all,
    (one) => step(one).then(put).catch((error: unknown) => void errors.push(error)),
    { concurrency: MOST_AT_ONCE },
  );
  if (errors.length) throw errors[0];
  return steps.map((one) => one ?? undefined);
}

/** Replaced containers change one at a time, so that the other pods serve. */
const isOnItsWay = ({ state }: InterceptedPod) => state === podStates.switching || state === podStates.failed;

/** Nothing of Gefyra's is in the pod now, so the interception starts from the beginning. */
const startsOver = (record: InterceptedPod) => isUntouched(record) || record.state === podStates.suspended;

/**
 * A record is followed where the pod shows that it was followed before, or where it says what the plan says. It may have
 * been written for another plan, or by somebody who may write the status.
 */
function isCredible(record: InterceptedPod, { pod, plan }: Interception["pods"][number]): boolean {
  const { mode, container, state } = record;
  if (state === podStates.restoring || (mode === plan.mode && container === plan.container)) return true;
  if (startsOver(record)) return false;
  return mode === "replace" ? originalImage(pod, container) !== undefined : hadCarrier(pod);
}

/** Nothing is to be done to it in this pass. */
const isSettled = (record: InterceptedPod) => isUntouched(record) || record.state === podStates.failed;

interface Turn {
  pod: V1Pod;
  plan: ModePlan;
  known: InterceptedPod | undefined;
  records: InterceptedPod[];
}

/** The pod's record before anything is done to it; `undefined` while another pod comes first. Changes nothing. */
function firstStep(
  context: BridgeContext,
  interception: Interception,
  { pod, plan, known, records }: Turn,
): Step | undefined {
  if (known && !startsOver(known)) return { record: known };
  if (known?.state === podStates.restored) {
    const wait = untilNextAttempt(context, interception.bridge, pod);
    if (wait > 0) return { record: known, ...requeueAfter(wait) };
  }
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled) {
    const record = newRecord(context, interception, pod, plan);
    return { record: { ...record, state: podStates.waiting, reason: shortened(unscheduled) } };
  }
  const serves = runningContainer(pod, plan.container) !== undefined;
  // The next one waits until the one before is ready.
  if (plan.mode === "replace" && serves && records.some(isOnItsWay)) return undefined;
  return {
    record: known?.state === podStates.suspended
      ? { ...known, state: podStates.switching }
      : newRecord(context, interception, pod, plan),
  };
}

function newRecord(
  context: BridgeContext,
  { templateImage }: Interception,
  pod: V1Pod,
  plan: ModePlan,
): InterceptedPod {
  const { name = "", uid = "" } = pod.metadata ?? {};
  const record = {
    name,
    uid,
    mode: plan.mode,
    container: plan.container,
    ...addressOf(pod),
    ports: portsOf(plan),
    state: podStates.switching,
  };
  if (plan.mode === "beside") return record;
  const image = imageInSpec(pod, plan.container);
  const lost = image === context.carrierImage;
  const original = originalImage(pod, plan.container) ?? (lost ? templateImage(plan.container) : image);
  return {
    ...record,
    originalImage: original ?? "",
    originalContainer: lost ? "" : runningContainer(pod, plan.container) ?? "",
  };
}

/** As far as the pod's status says it. */
function addressOf(pod: V1Pod): Pick<InterceptedPod, "address"> {
  const address = sourceInStatus(pod);
  return address ? { address } : {};
}

const portsOf = ({ ports }: ModePlan): InterceptedPod["ports"] =>
  ports.map(({ remote, port, protocol, path }) => ({
    ...(remote === undefined ? {} : { remote }),
    port,
    protocol,
    path,
  }));

async function intercept(
  context: BridgeContext,
  interception: Interception,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Step> {
  if (isSettled(record)) return { record };
  const { bridge } = interception;
  const { reason: _reason, cause: _cause, ...rest } = record;
  const switching = { ...rest, state: podStates.switching };
  const checked = async (record: InterceptedPod, again: Requeue): Promise<Step> => {
    const step = await checkProgress(context, bridge, pod, record);
    return { ...step, ...earliest(again, step) };
  };
  const podName = { namespace: pod.metadata?.namespace ?? "", name: record.name };
  const placed = await place(context, interception, pod, record);
  if ("cause" in placed) return { record: fail(context, bridge, pod, { ...switching, ...placed }) };
  if (!("container" in placed)) {
    const why = context.reach.whyUnreachable(podName);
    if (!why) return await checked(switching, placed);
    return unreachable(
      switching,
      why,
      earliest(placed, requeueAfter(context.reach.remaining(podName) + RETRY_MS)),
    );
  }
  const configured = await configure(context, interception, pod, { ...placed, record });
  if ("cause" in configured) return { record: fail(context, bridge, pod, { ...switching, ...configured }) };
  if (configured.state === "moved") {
    const { state: _state, address, ...again } = configured;
    return { record: { ...switching, address }, ...again };
  }
  const { state, why, connections, ...again } = configured;
  if (why) {
    // It may have got the configuration, or get it when its node goes on: so it has to be told when the bridge goes.
    const asked = record.mode === "beside" ? { carrierContainer: placed.id ?? placed.container } : {};
    return unreachable({ ...switching, ...asked }, why, again);
  }
  if (state === "no-forwarding") return { record: { ...switching, forwards: false }, ...again };
  // The record needs the container's real id.
  if (state === "unreachable" || (!placed.id && record.mode === "replace")) {
    return await checked(switching, again);
  }
  const carrierContainer = placed.id ?? placed.container;
  if (record.mode === "replace") {
    // A replaced container gets traffic only when the kubelet reports it as ready.
    const ready = containerStatus(pod, record.container)?.ready === true;
    if (!ready) return await checked({ ...switching, carrierContainer }, {});
    const wasActive = record.state === podStates.active && record.carrierContainer === carrierContainer;
    const wait = wasActive ? 0 : await context.convergence.track(pod);
    if (wait > 0) return { record: { ...switching, carrierContainer }, ...requeueAfter(wait) };
  }
  context.attempts.succeed(keyOf(bridge, pod.metadata));
  const now = { ...switching, carrierContainer, state: podStates.active };
  return { record: { ...now, ...(connections ? { connections } : {}) }, ...again };
}

const RETRY_MS = 1_000;

const unreachable = (record: InterceptedPod, why: string, again: Requeue): Step => ({
  record: { ...record, cause: bridgeReasons.unreachable, reason: shortened(why) },
  ...again,
});

async function place(
  context: BridgeContext,
  { templateImage }: Interception,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Placed | Refusal | Requeue> {
  try {
    const placed = record.mode === "beside"
      ? await placeBeside(context, pod)
      : await placeInOriginalsPlace(context, pod, record, templateImage(record.container));
    return "reason" in placed ? { ...placed, cause: bridgeReasons.carrierFailed } : placed;
  } catch (error) {
    const cause = changeRefusal(error);
    if (!cause) throw error;
    return { cause, reason: messageOf(error) };
  }
}
