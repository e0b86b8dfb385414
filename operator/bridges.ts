import type { V1Namespace } from "@kubernetes/client-node";
import { claimRefusal } from "../lib/bridge/claims.ts";
import { matchProblems } from "../lib/bridge/match.ts";
import { plan } from "../lib/bridge/plan.ts";
import { planPods } from "../lib/bridge/plan-pods.ts";
import { GefyraError } from "../lib/errors.ts";
import { FINALIZER } from "../lib/names.ts";
import {
  bridgeRef,
  type BridgeStatus,
  type GefyraBridge,
  type InterceptedPod,
} from "../lib/resources/bridge.ts";
import { withCondition } from "../lib/resources/conditions.ts";
import { contains } from "../lib/tunnel/addresses.ts";
import { pickPorts } from "../lib/tunnel/stowaway.ts";
import { portKey } from "../lib/workload/ports.ts";
import { podsOf, resolveTarget } from "../lib/workload/resolve.ts";
import { namesOtherApps } from "./clients.ts";
import { type Context, keys, setFinalizers, writeStatus } from "./context.ts";
import { interceptPods } from "./pods.ts";
import { giveBackAll, restoreBridge } from "./restore.ts";
import { suspendBridge } from "./suspend.ts";
import { stowawayAddress, type Tunnel } from "./tunnel.ts";

type Phase = NonNullable<BridgeStatus["phase"]>;

/** Brings the pods of a bridge's target to what the bridge wants, as far as it goes now. */
export async function reconcileBridge(
  context: Context,
  tunnel: Tunnel,
  namespace: string,
  name: string,
): Promise<void> {
  const { world, queue } = context;
  const bridge = world.bridges.get(namespace, name);
  if (!bridge) {
    queue.add(keys.tunnel);
    // Somebody may have been refused because of it, or its client may wait for it to go.
    for (const { metadata } of world.bridges.all()) {
      queue.add(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""));
    }
    for (const { metadata } of world.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
    return;
  }
  if (bridge.metadata?.deletionTimestamp) return await restoreBridge(context, bridge);
  const ref = bridgeRef(namespace, name);
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) {
    await setFinalizers(context, world.bridges, ref, [...bridge.metadata?.finalizers ?? [], FINALIZER]);
  }

  const say = (phase: Phase, reason: string, message: string, pods?: InterceptedPod[]) =>
    setPhase(context, namespace, name, { phase, reason, message, ...(pods ? { pods } : {}) });

  /** One that was active before, and was changed, gives back what it has. */
  const refuse = async (reason: string, message: string) => {
    await say("Refused", reason, message);
    const taken = world.bridges.get(namespace, name)?.status?.pods ?? [];
    if (taken.length === 0) return;
    const left = await giveBackAll(context, bridge, taken);
    await say("Refused", reason, message, left);
    if (left.length) queue.addLater(keys.bridge(namespace, name), 1000);
  };

  const client = world.clients.get(context.namespace, bridge.spec.client);
  if (!client?.status?.tunnel) {
    return await say("Waiting", "ClientMissing", `there is no client "${bridge.spec.client}" with a tunnel`);
  }
  if (namesOtherApps(client, world.bridges.all())) queue.add(keys.client(bridge.spec.client));
  if (!contains(client.status.tunnel.subnet, bridge.spec.destination.address)) {
    return await refuse("ForeignAddress", "the destination is not an address of the bridge's own client");
  }
  const problems = matchProblems(bridge.spec.match ?? []);
  if (bridge.spec.match && problems.length) return await refuse("InvalidMatch", problems.join("; "));
  if (client.status.phase === "Silent") return await suspendBridge(context, bridge);
  const stowaway = stowawayAddress(context);
  if (!stowaway) return await say("Waiting", "StowawayMissing", "no Stowaway is running");

  const { kind, name: targetName, container } = bridge.spec.target;
  const [target, home] = await Promise.all([
    resolveTarget(context.cluster, namespace, bridge.spec.target),
    context.cluster.get<V1Namespace>({ apiVersion: "v1", kind: "Namespace", name: namespace }),
    world.follow(namespace),
    assignPorts(context, bridge),
  ]);
  if (target.reasons.length) return await refuse("CannotIntercept", target.reasons.join("; "));
  if (!target.found) {
    queue.addLater(keys.bridge(namespace, name), 5000);
    return await say(
      "Waiting",
      "TargetMissing",
      `there is no ${kind} "${targetName}"`,
      livePods(context, bridge),
    );
  }
  const pods = podsOf(target, namespace, world.pods.all());
  const { podSpec, servicePorts } = target;
  if (!podSpec) {
    return await say(
      "Waiting",
      "NoPods",
      `${kind} "${targetName}" has no pods now`,
      livePods(context, bridge),
    );
  }
  const { way, fallback, match } = bridge.spec;
  const input = {
    container,
    ports: bridge.spec.ports,
    servicePorts,
    namespaceLabels: home?.metadata?.labels,
    options: { way, fallback, match: match !== undefined },
  };
  // Without pods the template tells whether waiting for some is of any use.
  const plans = pods.length ? planPods(pods, input) : [{ pods: [], plan: plan({ ...input, pod: podSpec }) }];
  const admitted = plans.flatMap(({ pods, plan }) => plan.way ? pods.map((pod) => ({ pod, plan })) : []);
  const reasons = plans.flatMap(({ plan }) => plan.way ? [] : plan.reasons);
  if (reasons.length && admitted.length === 0) {
    return await refuse("CannotIntercept", reasons.join("; "));
  }

  const claim = claimRefusal(bridge, admitted, world.bridges.all());
  if (claim) return await refuse("Conflict", claim);
  // One that is refused has no share in a Carrier.
  if (bridge.status?.phase === "Refused") await say("Pending", "Switching", "it is admitted now");
  const taken = await interceptPods(context, {
    bridge,
    pods: admitted,
    stowaway,
    tunnelReady: tunnel.apply,
    templateImage: target.templateImage,
  }).catch((error) => {
    // The namespace's labels admit it, another admission controller does not.
    if (error instanceof GefyraError && error.exit === "forbidden") return error;
    throw error;
  });
  if (taken instanceof GefyraError) return await refuse("Forbidden", taken.message);
  // While Carriers start.
  await tunnel.apply();
  if (pods.length === 0) {
    return await say("Waiting", "NoPods", `${kind} "${targetName}" has no pods now`, taken);
  }
  const failed = taken.find(({ state }) => state === "Failed");
  if (failed) return await say("Pending", "CarrierFailed", `pod ${failed.name}: ${failed.reason}`, taken);
  const active =
    taken.filter(({ uid, state }) =>
      state === "Active" && admitted.some(({ pod }) => pod.metadata?.uid === uid)
    ).length;
  const count = `${active} of ${pods.length} pods are bridged`;
  if (active < admitted.length) return await say("Pending", "Switching", count, taken);
  const left = reasons.length ? `${count}; the others cannot be: ${reasons.join("; ")}` : count;
  await say("Active", "Bridged", left, taken);
}

export interface Outcome {
  phase: Phase;
  reason: string;
  message: string;
  pods?: InterceptedPod[];
}

export async function setPhase(
  context: Context,
  namespace: string,
  name: string,
  { phase, reason, message, pods }: Outcome,
): Promise<void> {
  const bridge = context.world.bridges.get(namespace, name);
  if (!bridge) return;
  const generation = bridge.metadata?.generation ?? 0;
  const status = phase === "Active" ? "True" as const : "False" as const;
  const before = bridge.status;
  const wasSaid = before?.phase === phase &&
    before.conditions?.find(({ type }) => type === "Ready")?.reason === reason;
  if (!wasSaid) context.log(`bridge ${namespace}/${name}: ${phase} (${reason}): ${message}`);
  await writeStatus(context, context.world.bridges, bridgeRef(namespace, name), bridge, {
    ...before,
    observedGeneration: generation,
    phase,
    ...(pods ? { pods } : {}),
    conditions: withCondition(
      before?.conditions,
      { type: "Ready", status, reason, message },
      generation,
      new Date(),
    ),
  });
}

/** Gives each port of the bridge one of Stowaway's. */
async function assignPorts(context: Context, bridge: GefyraBridge): Promise<void> {
  const { world } = context;
  const mine = new Map(bridge.status?.ports?.map((port) => [portKey(port), port.stowaway]));
  const missing = bridge.spec.ports.map(portKey).filter((key) => !mine.has(key));
  if (missing.length === 0) return;
  const taken = world.bridges.all().flatMap(({ status }) => status?.ports?.map((p) => p.stowaway) ?? []);
  const free = pickPorts(taken, missing.length);
  missing.forEach((key, i) => mine.set(key, free[i]!));
  const ports = bridge.spec.ports.map(({ remote, protocol }) => ({
    remote,
    protocol,
    stowaway: mine.get(portKey({ remote, protocol }))!,
  }));
  const ref = bridgeRef(bridge.metadata?.namespace ?? "", bridge.metadata?.name ?? "");
  const known = world.bridges.get(ref.namespace ?? "", ref.name) ?? bridge;
  await writeStatus(context, world.bridges, ref, known, { ...known.status, ports });
}

function livePods({ world }: Context, bridge: GefyraBridge): InterceptedPod[] {
  const uids = new Set(world.pods.all().map(({ metadata }) => metadata?.uid));
  return (bridge.status?.pods ?? []).filter(({ uid }) => uids.has(uid));
}
