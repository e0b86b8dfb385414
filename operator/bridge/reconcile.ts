import type { V1Namespace } from "@kubernetes/client-node";
import { claimRefusal } from "../../lib/plan/claims.ts";
import { matchProblems } from "../../lib/api/match.ts";
import { plan } from "../../lib/plan/plan.ts";
import { planPerPod } from "../../lib/plan/per-pod.ts";
import { FINALIZER } from "../../lib/names.ts";
import { bridgeRef, type GefyraBridge, isUntouched } from "../../lib/api/bridge.ts";
import { condition, READY } from "../../lib/api/conditions.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";
import { bridgePhases, clientPhases, podStates } from "../../lib/api/phases.ts";
import { contains } from "../../lib/config/addresses.ts";
import { pickPorts } from "../../lib/config/stowaway.ts";
import { whyNoPods } from "../../lib/pods/no-pods.ts";
import { portKey } from "../../lib/workload/ports.ts";
import { podsOf, resolveTarget } from "../../lib/pods/resolve.ts";
import { namesOtherApps } from "../client/reconcile.ts";
import { type Context, keys, later, setFinalizers } from "../runtime/context.ts";
import { restoreDepartedPods } from "./departed-pods.ts";
import { outcomeOf, withNotes } from "./outcome.ts";
import { type PhaseUpdate, setPhase } from "./phase.ts";
import { interceptPods } from "./pods.ts";
import { currentBridge, recordsOf, writeBridgeStatus } from "./records.ts";
import { configurationRefusal } from "../runtime/refusals.ts";
import { restoreAll, restoreBridge } from "./restore.ts";
import { protocolNotes } from "./protocols.ts";
import { suspendBridge } from "./suspend.ts";
import { stowawayAddress, type Tunnel } from "../stowaway/tunnel.ts";

/** What is not watched is looked at again so often. */
const LOOK_AGAIN_MS = 5_000, AGAIN_MS = 1_000;

/** Brings the pods of a bridge's target to what the bridge wants, as far as it goes now. */
export async function reconcileBridge(
  context: Context,
  tunnel: Tunnel,
  namespace: string,
  name: string,
): Promise<void> {
  const { cache, queue } = context;
  const bridge = cache.bridges.get(namespace, name);
  if (!bridge) {
    queue.add(keys.tunnel);
    // Somebody may have been refused because of it, or its client may wait for it to go.
    for (const { metadata } of cache.bridges.all()) {
      queue.add(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""));
    }
    for (const { metadata } of cache.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
    return;
  }
  if (bridge.metadata?.deletionTimestamp) return await restoreBridge(context, bridge);
  const ref = bridgeRef(namespace, name);
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) {
    await setFinalizers(context, cache.bridges, ref, [...bridge.metadata?.finalizers ?? [], FINALIZER]);
  }

  const say = (
    phase: PhaseUpdate["phase"],
    reason: BridgeReason,
    message: string,
    counted: Pick<PhaseUpdate, "pods" | "targetPods"> = {},
  ) => setPhase(context, namespace, name, { phase, reason, message, ...counted });

  const again = (milliseconds: number) => later(context, bridge, milliseconds);

  /** One that was active before, and was changed, gives back what it has. */
  const refuse = async (reason: BridgeReason, message: string) => {
    // Written first: a Carrier that several bridges share is composed without this one from now on.
    const taken = recordsOf(context, bridge).filter((one) => !isUntouched(one))
      .map((one) => ({ ...one, state: podStates.restoring }));
    await say(bridgePhases.refused, reason, message, { pods: taken });
    if (taken.length === 0) return;
    const left = await restoreAll(context, bridge, taken);
    await say(bridgePhases.refused, reason, message, { pods: left });
    if (left.length) again(AGAIN_MS);
  };

  const client = cache.clients.get(context.namespace, bridge.spec.client);
  if (!client?.status?.tunnel) {
    const missing = `there is no client "${bridge.spec.client}" with a tunnel`;
    return await say(bridgePhases.waiting, bridgeReasons.clientMissing, missing);
  }
  if (namesOtherApps(client, cache.bridges.all())) queue.add(keys.client(bridge.spec.client));
  if (!contains(client.status.tunnel.subnet, bridge.spec.destination.address)) {
    const foreign = "the destination is not an address of the bridge's own client";
    return await refuse(bridgeReasons.foreignAddress, foreign);
  }
  const problems = matchProblems(bridge.spec.match ?? []);
  if (bridge.spec.match && problems.length) {
    return await refuse(bridgeReasons.invalidMatch, problems.join("; "));
  }
  if (client.status.phase === clientPhases.silent) return await suspendBridge(context, bridge);
  const stowaway = stowawayAddress(context);
  if (!stowaway) {
    return await say(bridgePhases.waiting, bridgeReasons.stowawayMissing, "no Stowaway is running");
  }

  const { kind, name: targetName, container } = bridge.spec.target;
  const label = `${kind} "${targetName}"`;
  const [target, home] = await Promise.all([
    resolveTarget(context.cluster, namespace, bridge.spec.target),
    context.cluster.get<V1Namespace>({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    cache.watch(namespace),
    assignPorts(context, bridge),
  ]);
  if (target.reasons.length) return await refuse(bridgeReasons.cannotIntercept, target.reasons.join("; "));
  const { podSpec, servicePorts } = target;
  const pods = podsOf(target, namespace, cache.pods.all());
  /** Waits for pods to come; those that it had are given back where they live on. */
  const wait = async (reason: BridgeReason, message: string) => {
    const left = await restoreDepartedPods(context, bridge, new Set());
    await say(bridgePhases.waiting, reason, message, { pods: left, targetPods: 0 });
  };
  if (!target.found) {
    again(LOOK_AGAIN_MS);
    return await wait(bridgeReasons.targetMissing, `there is no ${label}`);
  }
  const waitForPods = async () => {
    const why = await whyNoPods(context.cluster, namespace, bridge.spec.target);
    if (why) again(LOOK_AGAIN_MS);
    await wait(bridgeReasons.noPods, `${label} has no pods now${why ? `: ${why}` : ""}`);
  };
  if (!podSpec) return await waitForPods();
  const { mode, fallback, match } = bridge.spec;
  const input = {
    container,
    ports: bridge.spec.ports,
    servicePorts,
    namespaceLabels: home?.metadata?.labels,
    options: { mode, fallback, match: match !== undefined },
  };
  // Without pods the template tells whether waiting for some is of any use.
  const plans = pods.length
    ? planPerPod(pods, input)
    : [{ pods: [], plan: plan({ ...input, pod: podSpec, metadata: target.podMetadata }) }];
  const admitted = plans.flatMap(({ pods, plan }) => plan.mode ? pods.map((pod) => ({ pod, plan })) : []);
  const reasons = plans.flatMap(({ plan }) => plan.mode ? [] : plan.reasons);
  if (reasons.length && admitted.length === 0) {
    return await refuse(bridgeReasons.cannotIntercept, reasons.join("; "));
  }

  const claim = claimRefusal(bridge, admitted, cache.bridges.all());
  if (claim) return await refuse(bridgeReasons.conflict, claim);
  if (pods.length === 0) return await waitForPods();
  const wasActive = isActive(currentBridge(context, bridge));
  const stay = admitted.map(({ pod }) => pod.metadata?.uid ?? "");
  const kept = await restoreDepartedPods(context, bridge, new Set(stay));
  await writeBridgeStatus(context, bridge, { pods: kept });
  const records = await interceptPods(context, {
    bridge,
    pods: admitted,
    stowaway,
    tunnelReady: () => tunnel.ready(bridge),
    templateImage: target.templateImage,
  });
  // While Carriers start. What Stowaway refuses is told when they have.
  await tunnel.ready(bridge).catch((error) => {
    if (configurationRefusal(error) === undefined) throw error;
  });
  const outcome = outcomeOf({
    target: label,
    ...{ pods, records, reasons, wasActive, admitted: admitted.length },
  });
  const notes = outcome.phase === bridgePhases.active
    ? await protocolNotes(context, bridge, pods, records)
    : [];
  await setPhase(context, namespace, name, {
    ...withNotes(outcome, notes),
    pods: records,
    targetPods: pods.length,
  });
}

/** And asks for nothing else since. */
function isActive({ metadata, status }: GefyraBridge): boolean {
  const ready = condition(status?.conditions, READY);
  return status?.phase === bridgePhases.active && ready?.observedGeneration === (metadata?.generation ?? 0);
}

/** Gives each port of the bridge one of Stowaway's. */
async function assignPorts(context: Context, bridge: GefyraBridge): Promise<void> {
  const { cache } = context;
  const mine = new Map(bridge.status?.ports?.map((port) => [portKey(port), port.stowaway]));
  const missing = bridge.spec.ports.map(portKey).filter((key) => !mine.has(key));
  if (missing.length === 0) return;
  const taken = cache.bridges.all().flatMap(({ status }) => status?.ports?.map((p) => p.stowaway) ?? []);
  const free = pickPorts(taken, missing.length);
  missing.forEach((key, i) => mine.set(key, free[i]!));
  const ports = bridge.spec.ports.map(({ remote, protocol }) => ({
    remote,
    protocol,
    stowaway: mine.get(portKey({ remote, protocol }))!,
  }));
  await writeBridgeStatus(context, bridge, { ports });
}
