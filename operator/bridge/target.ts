/** Brings the pods of a bridge's target to what the bridge wants, as far as that is possible now. */
import type { V1Namespace } from "@kubernetes/client-node";
import { gvk } from "../../lib/api/gvk.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import { condition, READY } from "../../lib/api/conditions.ts";
import { GefyraError } from "../../lib/errors.ts";
import { bridgePhases } from "../../lib/api/phases.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";
import { claimRefusal } from "../../lib/plan/claims.ts";
import { planPerPod } from "../../lib/plan/per-pod.ts";
import { plan } from "../../lib/plan/plan.ts";
import { whyNoPods } from "../../lib/pods/no-pods.ts";
import { podsOf, resolveTarget } from "../../lib/pods/resolve.ts";
import { configurationRefusal } from "../runtime/refusals.ts";
import { earliest, type Requeue, requeueAfter, type Result } from "../runtime/result.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import type { BridgeContext } from "./context.ts";
import { restoreDepartedPods } from "./departed-pods.ts";
import { outcomeOf, withNotes } from "./outcome.ts";
import { setPhase } from "./phase.ts";
import { interceptPods } from "./pods.ts";
import { currentBridge, writeBridgeStatus } from "./records.ts";
import { refuseBridge } from "./refuse.ts";
import { assignPorts } from "./stowaway-ports.ts";

/** What is not watched is read again after this time. */
const POLL_MS = 5_000;

/** `stowaway`: address of Stowaway's pod. */
export async function reconcileTarget(
  context: BridgeContext,
  tunnel: Tunnel,
  bridge: GefyraBridge,
  stowaway: string,
): Promise<Result> {
  const { cache, cluster } = context;
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const { kind, name: targetName, container } = bridge.spec.target;
  const label = `${kind} "${targetName}"`;
  const refuse = (reason: BridgeReason, message: string) => refuseBridge(context, bridge, reason, message);
  const [target, home, portless] = await Promise.all([
    resolveTarget(cluster, namespace, bridge.spec.target),
    cluster.get<V1Namespace>({ ...gvk.Namespace, name: namespace }),
    assignPorts(context, bridge).then(() => undefined, whyNoPorts),
    cache.watch(namespace),
  ]);
  if (portless) {
    return earliest(await refuse(bridgeReasons.limitReached, portless), requeueAfter(POLL_MS));
  }
  if (target.reasons.length) return await refuse(bridgeReasons.cannotIntercept, target.reasons.join("; "));
  const { podSpec, servicePorts } = target;
  const pods = podsOf(target, namespace, cache.pods.all());
  /** Waits for pods. Those that the bridge had are restored where they live on. */
  const wait = async (reason: BridgeReason, message: string, next: Requeue): Promise<Result> => {
    const { records, ...again } = await restoreDepartedPods(context, bridge, new Set());
    await setPhase(context, namespace, name, {
      ...{ phase: bridgePhases.waiting, reason, message, pods: records, targetPods: 0 },
    });
    return earliest(next, again);
  };
  if (!target.found) {
    return await wait(bridgeReasons.targetMissing, `there is no ${label}`, requeueAfter(POLL_MS));
  }
  const waitForPods = async () => {
    const why = await whyNoPods(cluster, namespace, bridge.spec.target);
    const message = `${label} has no pods now${why ? `: ${why}` : ""}`;
    return await wait(bridgeReasons.noPods, message, why ? requeueAfter(POLL_MS) : {});
  };
  if (!podSpec) return await waitForPods();
  const { mode, fallback, mirror, match } = bridge.spec;
  const input = {
    container,
    ports: bridge.spec.ports,
    servicePorts,
    namespaceLabels: home?.metadata?.labels,
    options: { mode, fallback, mirror, match: match !== undefined },
  };
  // Without pods, the template shows whether there is any use in waiting for some.
  const plans = pods.length
    ? planPerPod(pods, input)
    : [{ pods: [], plan: plan({ ...input, pod: podSpec, metadata: target.podMetadata }) }];
  const admitted = plans.flatMap(({ pods, plan }) => plan.mode ? pods.map((pod) => ({ pod, plan })) : []);
  const reasons = plans.flatMap(({ plan }) => plan.mode ? [] : plan.reasons);
  if (reasons.length && admitted.length === 0) {
    return await refuse(bridgeReasons.cannotIntercept, reasons.join("; "));
  }

  const claim = claimRefusal(bridge, admitted, cache.bridges.inNamespace(namespace));
  if (claim) return await refuse(bridgeReasons.conflict, claim);
  if (pods.length === 0) return await waitForPods();
  const wasActive = isActive(currentBridge(context, bridge));
  const belonging = new Set(admitted.map(({ pod }) => pod.metadata?.uid ?? ""));
  const { records: kept, ...afterDeparted } = await restoreDepartedPods(context, bridge, belonging);
  await writeBridgeStatus(context, bridge, { pods: kept });
  const { records, ...intercepted } = await interceptPods(context, {
    bridge,
    pods: admitted,
    stowaway,
    ensureForwards: (pod) => tunnel.ensureForwards(bridge, pod),
    templateImage: target.templateImage,
  });
  const next = earliest(afterDeparted, intercepted);
  if (intercepted.error !== undefined) return { ...next, error: intercepted.error };
  // Stowaway is configured while Carriers start. They report what it refuses.
  const error = await tunnel.ensureForwards(bridge).then(() => undefined, (error: unknown) => error);
  if (error !== undefined && configurationRefusal(error) === undefined) return { ...next, error };
  const outcome = outcomeOf({
    target: label,
    ...{ pods, records, reasons, wasActive, admitted: admitted.length },
  });
  const { notes, ...afterCheck } = outcome.phase === bridgePhases.active
    ? await context.protocols.check(bridge, pods, records)
    : { notes: [] };
  await setPhase(context, namespace, name, {
    ...withNotes(outcome, notes),
    pods: records,
    targetPods: pods.length,
  });
  return earliest(next, afterCheck);
}

/** Why the bridge gets no port of Stowaway; throws all other errors. */
function whyNoPorts(error: unknown): string {
  if (error instanceof GefyraError && error.id === "ports-full") return `${error.message}; ${error.hint}`;
  throw error;
}

/** The bridge is active with its present specification. */
function isActive({ metadata, status }: GefyraBridge): boolean {
  const ready = condition(status?.conditions, READY);
  return status?.phase === bridgePhases.active && ready?.observedGeneration === (metadata?.generation ?? 0);
}
