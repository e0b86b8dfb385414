/** The phase of a bridge, from the records of all pods of its target. Pure. */
import type { V1Pod } from "@kubernetes/client-node";
import type { BridgeStatus, InterceptedPod } from "../../lib/api/bridge.ts";
import { type BridgeReason, bridgeReasons, retriedReasons } from "../../lib/api/reasons.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import { whyNotReady } from "../../lib/workload/pod-problems.ts";

export interface Outcome {
  phase: NonNullable<BridgeStatus["phase"]>;
  reason: BridgeReason;
  message: string;
}

export interface Observed {
  /** e.g. `Deployment "web"`. */
  target: string;
  /** The living pods of the target. */
  pods: V1Pod[];
  records: InterceptedPod[];
  /** How many of the pods can be bridged. */
  admitted: number;
  /** Why some of the pods can never be bridged. */
  reasons: string[];
  /** The bridge was active before this pass, with its present specification. */
  wasActive: boolean;
}

/** One pod never delays the others: those that run are enough, and those that cannot be bridged are named. */
export function outcomeOf({ target, pods, records, admitted, reasons, wasActive }: Observed): Outcome {
  const mine = records.filter(({ uid, state }) =>
    state !== podStates.restoring && pods.some(({ metadata }) => metadata?.uid === uid)
  );
  const having = (...states: InterceptedPod["state"][]) => mine.filter(({ state }) => states.includes(state));
  const active = having(podStates.active), waiting = having(podStates.waiting);
  const failed = having(podStates.failed, podStates.restored);
  const switching = mine.filter((record) =>
    record.state === podStates.switching || record.state === podStates.suspended
  );
  const count = `${active.length} of ${pods.length} pods are bridged`;
  const others = [
    ...texts(mine.filter(({ state, reason }) => state !== podStates.active && reason)),
    ...reasons.length ? [`the others cannot be: ${reasons.join("; ")}`] : [],
  ];
  const notReady = pods.flatMap((pod) => {
    const record = active.find(({ uid }) => uid === pod.metadata?.uid), why = record && whyNotReady(pod);
    return why ? [`no Service leads to pod ${record.name}, which is not ready: ${why}`] : [];
  });
  const message = [count, ...few(notReady), ...few(others)].join("; ");
  const onTheirWay = admitted > mine.length || switching.some(({ reason }) => !reason);
  if (onTheirWay && !(wasActive && active.length)) {
    return { phase: bridgePhases.pending, reason: bridgeReasons.switching, message };
  }
  if (active.length) {
    const whole = active.length === pods.length && notReady.length === 0 && others.length === 0;
    return {
      phase: bridgePhases.active,
      reason: whole ? bridgeReasons.bridged : bridgeReasons.partlyBridged,
      message,
    };
  }
  if (switching.length) {
    const slow = switching.find(({ cause }) => cause)?.cause;
    return { phase: bridgePhases.pending, reason: slow ?? bridgeReasons.switching, message };
  }
  const [first] = failed, cause = first?.cause ?? bridgeReasons.carrierFailed;
  if (first) {
    return {
      phase: failed.some(isRetried) ? bridgePhases.pending : bridgePhases.refused,
      reason: cause,
      message: few(texts(failed)).join("; "),
    };
  }
  if (waiting.length) {
    const pending = `no pod of ${target} runs: ${few(texts(waiting)).join("; ")}`;
    return { phase: bridgePhases.waiting, reason: bridgeReasons.podsPending, message: pending };
  }
  return { phase: bridgePhases.pending, reason: bridgeReasons.switching, message };
}

/** An outcome with what Carrier has seen come to the ports. Pure. */
export function withNotes(outcome: Outcome, notes: string[]): Outcome {
  if (notes.length === 0) return outcome;
  const whole = outcome.reason === bridgeReasons.bridged;
  return {
    ...outcome,
    reason: whole ? bridgeReasons.unreadableTraffic : outcome.reason,
    message: [outcome.message, ...notes].join("; "),
  };
}

/** Whether a later attempt may succeed without a change of the bridge. */
const isRetried = ({ cause }: InterceptedPod) => cause === undefined || retriedReasons.includes(cause);

const texts = (records: InterceptedPod[]) => records.map(({ name, reason }) => `pod ${name}: ${reason}`);

const MOST = 3;

function few(all: string[]): string[] {
  return all.length <= MOST ? all : [...all.slice(0, MOST), `and ${all.length - MOST} more`];
}
