/** The bridge reconciler. */
import { matchProblems } from "../../lib/api/match.ts";
import { FINALIZER } from "../../lib/names.ts";
import { bridgeRef, type GefyraBridge } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { belongsTo, mayUse } from "../../lib/api/owner.ts";
import { bridgePhases, clientPhases } from "../../lib/api/phases.ts";
import { type BridgeReason, bridgeReasons } from "../../lib/api/reasons.ts";
import { isAppAddress } from "../../lib/config/addresses.ts";
import { namesOtherApps } from "../client/reconcile.ts";
import { type Context, keys, setFinalizers } from "../runtime/context.ts";
import type { Result } from "../runtime/result.ts";
import { stowawayAddress, type Tunnel } from "../stowaway/tunnel.ts";
import { type BridgeContext, createBridgeContext } from "./context.ts";
import { setPhase } from "./phase.ts";
import { refuseBridge } from "./refuse.ts";
import { restoreBridge } from "./restore.ts";
import { suspendBridge } from "./suspend.ts";
import { reconcileTarget } from "./target.ts";

/** Made once: it remembers things between its passes, until the pod or the bridge that they are about is gone. */
export function bridgeReconciler(
  shared: Context,
  tunnel: Tunnel,
): (namespace: string, name: string) => Promise<Result> {
  const context = createBridgeContext(shared, tunnel);
  return async (namespace, name) => {
    try {
      return await reconcileBridge(context, tunnel, namespace, name);
    } finally {
      context.prune();
    }
  };
}

async function reconcileBridge(
  context: BridgeContext,
  tunnel: Tunnel,
  namespace: string,
  name: string,
): Promise<Result> {
  const { cache } = context;
  const bridge = cache.bridges.get(namespace, name);
  if (!bridge) {
    if (context.quota.release(namespace, name)) addOthers(context, namespace);
    return {};
  }
  if (bridge.metadata?.deletionTimestamp) return await restoreBridge(context, bridge);
  const wait = async (reason: BridgeReason, message: string): Promise<Result> => {
    await setPhase(context, namespace, name, { phase: bridgePhases.waiting, reason, message });
    return {};
  };
  const client = cache.clients.get(context.namespace, bridge.spec.client);
  if (!client || !mayUse(bridge.spec.owner, client)) {
    if (context.quota.release(namespace, name)) addOthers(context, namespace);
  }
  if (client && !mayUse(bridge.spec.owner, client)) {
    return await refuseBridge(context, bridge, bridgeReasons.notAllowed, whyNotAllowed(bridge, client));
  }
  if (!client?.status?.tunnel) {
    const missing = `there is no client "${bridge.spec.client}" with a tunnel`;
    return await wait(bridgeReasons.clientMissing, missing);
  }
  const over = context.quota.refusalOf(bridge);
  if (over) return await refuseBridge(context, bridge, bridgeReasons.limitReached, over);
  const whole = await cache.wholeBridge(bridge);
  if (!whole) return {};
  return await reconcileServed(context, tunnel, whole, client, wait);
}

/** `bridge`: one that has a place. */
async function reconcileServed(
  context: BridgeContext,
  tunnel: Tunnel,
  bridge: GefyraBridge,
  client: GefyraClient,
  wait: (reason: BridgeReason, message: string) => Promise<Result>,
): Promise<Result> {
  const { cache, queue } = context;
  const { namespace = "", name = "", finalizers = [] } = bridge.metadata ?? {};
  if (!finalizers.includes(FINALIZER)) {
    await setFinalizers(context, cache.bridges, bridgeRef(namespace, name), bridge, [
      ...finalizers,
      FINALIZER,
    ]);
  }
  if (namesOtherApps(client, cache.bridges.all())) queue.add(keys.client(bridge.spec.client));
  const refusal = refusalOf(bridge, client.status?.tunnel?.subnet ?? "");
  if (refusal) return await refuseBridge(context, bridge, refusal.reason, refusal.message);
  if (client.status?.phase === clientPhases.silent) return await suspendBridge(context, bridge);
  const stowaway = stowawayAddress(context);
  if (!stowaway) return await wait(bridgeReasons.stowawayMissing, "no Stowaway is running");
  return await reconcileTarget(context, tunnel, bridge, stowaway);
}

/**
 * A bridge with a place is gone. Those in its namespace may have been refused because of its pods, and its client may wait for
 * its end. Those that wait for its place are the quota's matter.
 */
function addOthers({ cache, queue, quota }: BridgeContext, namespace: string): void {
  queue.add(keys.tunnel);
  for (const { metadata } of cache.bridges.inNamespace(namespace)) {
    const name = metadata?.name ?? "";
    if (quota.has(namespace, name)) queue.add(keys.bridge(namespace, name));
  }
  for (const { metadata, status } of cache.clients.all()) {
    if (status?.tunnel) queue.add(keys.client(metadata?.name ?? ""));
  }
}

/** Pure. */
function whyNotAllowed({ spec: { owner, client: name } }: GefyraBridge, client: GefyraClient): string {
  if (!owner) return "the bridge has no owner";
  const admit = client.spec.owner ? `: they can admit you with \`gefyra up --allow-user ${owner.user}\`` : "";
  return `"${owner.user}" may not use client "${name}", as ${belongsTo(client)}${admit}`;
}

/** Why a bridge cannot be, whatever its target is like. Pure. */
function refusalOf(
  { spec }: GefyraBridge,
  subnet: string,
): { reason: BridgeReason; message: string } | undefined {
  if (!isAppAddress(subnet, spec.destination.address)) {
    const message = "the destination is not the address of an app container of the bridge's own client";
    return { reason: bridgeReasons.foreignAddress, message };
  }
  const problems = spec.match ? matchProblems(spec.match) : [];
  return problems.length ? { reason: bridgeReasons.invalidMatch, message: problems.join("; ") } : undefined;
}
