/** Takes the pods of a target, each in the mode that was planned, and keeps their Carriers configured. */
import type { V1Pod } from "@kubernetes/client-node";
import { containerStatus, imageInSpec, runningContainer } from "../../lib/pods/pod-image.ts";
import type { ModePlan } from "../../lib/plan/modes/mode.ts";
import { messageOf } from "../../lib/errors.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { podStates } from "../../lib/api/phases.ts";
import { whyUnscheduled } from "../../lib/workload/pod-problems.ts";
import { untilServices } from "./service-convergence.ts";
import { configure } from "./configure.ts";
import { type Context, later } from "../runtime/context.ts";
import { fail, keyOf, type Refusal, restoreFailed, slow, untilNextAttempt } from "./failures.ts";
import { placeBeside, type Placed, placeInOriginalsPlace } from "./place.ts";
import type { Interception } from "./interception.ts";
import { recordsOf, shortened, writeBridgeStatus } from "./records.ts";
import { changeRefusal } from "../runtime/refusals.ts";

export async function interceptPods(context: Context, interception: Interception): Promise<InterceptedPod[]> {
  const { bridge, pods } = interception;
  let records = recordsOf(context, bridge).map((record) => {
    const planned = pods.find(({ pod }) => pod.metadata?.uid === record.uid);
    return planned && record.mode === planned.plan.mode
      ? { ...record, ports: portsOf(planned.plan) }
      : record;
  });
  for (const { pod, plan } of pods) {
    const known = records.find(({ uid }) => uid === pod.metadata?.uid);
    // Its original comes back first.
    if (known?.state === podStates.restoring) continue;
    const begun = begin(context, interception, { pod, plan, known, records });
    if (!begun) continue;
    records = known ? records.map((one) => one === known ? begun : one) : [...records, begun];
    // What is needed for giving back is saved before anything is touched.
    await writeBridgeStatus(context, bridge, { pods: records });
    const put = (done: InterceptedPod) => {
      records = records.map((one) => one.uid === done.uid ? done : one);
      return done;
    };
    const done = put(await intercept(context, interception, pod, begun));
    if (done.state !== podStates.failed) continue;
    // Written first: a Carrier that several bridges share is composed without this one from now on.
    await writeBridgeStatus(context, bridge, { pods: records });
    put(await restoreFailed(context, bridge, pod, done));
  }
  return records;
}

/** Of pods that lose their container one serves at any time. */
const isOnItsWay = ({ state }: InterceptedPod) => state === podStates.switching || state === podStates.failed;

/** Nothing of Gefyra's is in its way now, so it begins anew. */
const startsAnew = (record: InterceptedPod) => isUntouched(record) || record.state === podStates.suspended;

/** Nothing is to be done to it in this pass. */
const isSettled = (record: InterceptedPod) => isUntouched(record) || record.state === podStates.failed;

interface Turn {
  pod: V1Pod;
  plan: ModePlan;
  known: InterceptedPod | undefined;
  records: InterceptedPod[];
}

/** The pod's record before anything is done to it now; `undefined` where its turn comes later. */
function begin(
  context: Context,
  interception: Interception,
  { pod, plan, known, records }: Turn,
): InterceptedPod | undefined {
  if (known && !startsAnew(known)) return known;
  const { bridge } = interception;
  if (known?.state === podStates.restored) {
    const wait = untilNextAttempt(context, bridge, pod);
    if (wait > 0) {
      later(context, bridge, wait);
      return known;
    }
  }
  const unscheduled = whyUnscheduled(pod);
  if (unscheduled) {
    return {
      ...newRecord(context, interception, pod, plan),
      state: podStates.waiting,
      reason: shortened(unscheduled),
    };
  }
  const serves = runningContainer(pod, plan.container) !== undefined;
  // The next waits until the one before is ready.
  if (plan.mode === "replace" && serves && records.some(isOnItsWay)) return undefined;
  return known?.state === podStates.suspended
    ? { ...known, state: podStates.switching }
    : newRecord(context, interception, pod, plan);
}

function newRecord(
  context: Context,
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
    ports: portsOf(plan),
    state: podStates.switching,
  };
  if (plan.mode === "beside") return record;
  const image = imageInSpec(pod, plan.container);
  const lost = image === context.carrierImage;
  return {
    ...record,
    originalImage: (lost ? templateImage(plan.container) : image) ?? "",
    originalContainer: lost ? "" : runningContainer(pod, plan.container) ?? "",
  };
}

const portsOf = ({ ports }: ModePlan): InterceptedPod["ports"] =>
  ports.map(({ remote, port, protocol, path }) => ({
    ...(remote === undefined ? {} : { remote }),
    port,
    protocol,
    path,
  }));

async function intercept(
  context: Context,
  interception: Interception,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<InterceptedPod> {
  if (isSettled(record)) return record;
  const { bridge } = interception;
  const { reason: _reason, cause: _cause, ...rest } = record;
  const waiting = { ...rest, state: podStates.switching };
  const placed = await place(context, bridge, pod, record);
  if (placed === undefined) return await slow(context, bridge, pod, waiting);
  if ("cause" in placed) return fail(context, bridge, pod, { ...waiting, ...placed });
  const told = await configure(context, interception, pod, { ...placed, record });
  if (told === "no-forwarding") return { ...waiting, forwards: false };
  if (typeof told === "object") return fail(context, bridge, pod, { ...waiting, ...told });
  // What stands in the pod's record afterwards is the container's real id.
  if (!told || (!placed.id && record.mode === "replace")) return await slow(context, bridge, pod, waiting);
  const carrierContainer = placed.id ?? placed.container;
  if (record.mode === "replace") {
    // A replaced container gets traffic only when the kubelet calls it ready.
    const ready = containerStatus(pod, record.container)?.ready === true;
    if (!ready) return await slow(context, bridge, pod, { ...waiting, carrierContainer });
    const was = record.state === podStates.active && record.carrierContainer === carrierContainer;
    const wait = was ? 0 : await untilServices(context, pod);
    if (wait > 0) {
      later(context, bridge, wait);
      return { ...waiting, carrierContainer };
    }
  }
  context.attempts.succeeded(keyOf(bridge, pod));
  return { ...waiting, carrierContainer, state: podStates.active };
}

async function place(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Placed | Refusal | undefined> {
  try {
    const placed = record.mode === "beside"
      ? await placeBeside(context, bridge, pod)
      : await placeInOriginalsPlace(context, bridge, pod, record);
    return placed && "reason" in placed ? { ...placed, cause: bridgeReasons.carrierFailed } : placed;
  } catch (error) {
    const cause = changeRefusal(error);
    if (!cause) throw error;
    return { cause, reason: messageOf(error) };
  }
}
