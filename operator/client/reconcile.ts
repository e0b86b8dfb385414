import type { V1Deployment } from "@kubernetes/client-node";
import { messageOf } from "../../lib/errors.ts";
import { FINALIZER, OPERATOR, UNINSTALLS_ANNOTATION } from "../../lib/names.ts";
import { gvk } from "../../lib/api/gvk.ts";
import { isBridgeOf } from "../../lib/api/owner.ts";
import { type BridgedApp, clientRef, type ClientStatus, type GefyraClient } from "../../lib/api/client.ts";
import { bridgeRef, type GefyraBridge } from "../../lib/api/bridge.ts";
import { condition, type ConditionUpdate, READY, withCondition } from "../../lib/api/conditions.ts";
import { bridgeReasons, clientReasons } from "../../lib/api/reasons.ts";
import { clientPhases } from "../../lib/api/phases.ts";
import { isAppAddress } from "../../lib/config/addresses.ts";
import { type Context, keys, setFinalizers, writeStatus } from "../runtime/context.ts";
import { configurationRefusal } from "../runtime/refusals.ts";
import { type Requeue, requeueAfter, type Result } from "../runtime/result.ts";
import { createSerial } from "../runtime/serial.ts";
import { uninstall } from "./uninstall.ts";
import { hasOwnKey, type Tunnel } from "../stowaway/tunnel.ts";
import { freeSubnet, heldSubnet } from "./subnet.ts";

/** What Stowaway refuses is tried again after this time. */
const RETRY_MS = 5_000;
/** While the bridges of a deleted client are being removed. */
const CHECK_BRIDGES_MS = 1_000;

/** Gives a client its place in the tunnel. Removes its bridges and its peer when it is deleted. */
export function clientReconciler(context: Context, tunnel: Tunnel): (name: string) => Promise<Result> {
  const inTurn = createSerial();
  /** Those that had a place in the tunnel when they were last looked at. */
  const placed = new Set(
    context.cache.clients.all().filter(hasPlace).map(({ metadata }) => metadata?.name ?? ""),
  );
  return async (name) => {
    if (!context.cache.clients.get(context.namespace, name)) {
      if (placed.delete(name)) addOthers(context);
      return {};
    }
    try {
      return await reconcileClient(context, tunnel, name, (assign) => inTurn("subnets", assign));
    } finally {
      if (hasPlace(context.cache.clients.get(context.namespace, name))) placed.add(name);
    }
  };
}

const hasPlace = (client: GefyraClient | undefined) => client?.status?.tunnel !== undefined;

/** A client with a place is gone: another may have the same key, which is free now, or wait for its place. */
function addOthers({ cache, queue }: Context): void {
  queue.add(keys.tunnel);
  for (const { metadata } of cache.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
}

/** `inTurn`: two clients that come at the same time must not get the same subnet. */
async function reconcileClient(
  context: Context,
  tunnel: Tunnel,
  name: string,
  inTurn: (assign: () => Promise<GefyraClient>) => Promise<GefyraClient>,
): Promise<Result> {
  const { cache, namespace, dns } = context;
  const known = cache.clients.get(namespace, name);
  if (!known) return {};
  if (known.metadata?.deletionTimestamp) return await release(context, tunnel, known);
  const ref = clientRef(namespace, name);
  let noPlace: string | undefined;
  const assign = async () => {
    const all = cache.clients.all();
    const subnet = heldSubnet(known, all) ?? freeSubnet(known, all, context.limits);
    if (typeof subnet !== "string") {
      noPlace = subnet.refusal;
      return known;
    }
    const client = await cache.wholeClient(known) ?? known;
    const { finalizers = [] } = client.metadata ?? {};
    if (!finalizers.includes(FINALIZER)) {
      await setFinalizers(context, cache.clients, ref, client, [...finalizers, FINALIZER]);
    }
    return await writeStatus(context, cache.clients, ref, client, {
      ...client.status,
      tunnel: { subnet, serverPublicKey: tunnel.publicKey, nodePort: tunnel.nodePort, dns },
      apps: bridgedApps(client, subnet, cache.bridges.all()),
      namespaces: bridgedNamespaces(client, cache.bridges.all()),
    });
  };
  const assigned = hasPlace(known) ? await assign() : await inTurn(assign);
  if (noPlace) return await refuse(context, known, noPlace);
  let refusal: string | undefined, next: Requeue = {};
  const state = await tunnel.apply().catch((error) => {
    if (!configurationRefusal(error)) throw error;
    refusal = messageOf(error);
    next = requeueAfter(RETRY_MS);
    return undefined;
  });
  const isPeer = state?.peers.some(({ publicKey }) => publicKey === known.spec.publicKey) ?? false;
  const not = (reason: string, message: string): ConditionUpdate => ({
    ...{ type: READY, status: "False", reason, message },
  });
  const update: ConditionUpdate = !hasOwnKey(assigned, cache.clients.all())
    ? not(clientReasons.keyTaken, "another client has the same public key")
    : isPeer
    ? { ...not(clientReasons.peerConfigured, "Stowaway has this client as a peer"), status: "True" }
    : refusal
    ? not(clientReasons.stowawayRefused, refusal)
    : not(clientReasons.stowawayMissing, "no Stowaway is running");
  const generation = known.metadata?.generation ?? 0;
  // The liveness check may have written it meanwhile.
  const current = cache.clients.get(namespace, name) ?? assigned, before = current.status;
  await writeStatus(context, cache.clients, ref, current, {
    ...before,
    observedGeneration: generation,
    phase: phaseOf(before?.phase, update.status === "True"),
    conditions: withCondition(before?.conditions, update, generation, new Date()),
  });
  return next;
}

/** It gets a place as soon as another client of its owner is gone. */
async function refuse(context: Context, client: GefyraClient, message: string): Promise<Result> {
  const { namespace = "", name = "", generation = 0 } = client.metadata ?? {};
  if (client.status?.phase !== clientPhases.refused) context.log(`client ${name}: refused: ${message}`);
  const update: ConditionUpdate = {
    ...{ type: READY, status: "False", reason: clientReasons.limitReached, message },
  };
  await writeStatus(context, context.cache.clients, clientRef(namespace, name), client, {
    ...client.status,
    observedGeneration: generation,
    phase: clientPhases.refused,
    conditions: withCondition(client.status?.conditions, update, generation, new Date()),
  });
  return {};
}

/**
 * The client's own apps that its bridges name, each once. The client's status has them since its machine, which assigns
 * the addresses, may not be allowed to see all bridges. Pure.
 */
export function bridgedApps(
  client: GefyraClient,
  subnet: string,
  bridges: GefyraBridge[],
): BridgedApp[] {
  const own = bridges.filter((bridge) => isBridgeOf(bridge, client) && !isBeyondLimit(bridge));
  const named = own.map(({ spec }) => spec.destination)
    .filter(({ address }) => isAppAddress(subnet, address));
  const byAddress = new Map(named.map(({ name, address }) => [appKey({ name, address }), { name, address }]));
  return [...byAddress].sort(([a], [b]) => a < b ? -1 : 1).map(([, app]) => app);
}

/** Of thousands of bridges a status could not name all apps. */
const isBeyondLimit = ({ status }: GefyraBridge) =>
  condition(status?.conditions, READY)?.reason === bridgeReasons.limitReached;

const appKey = ({ name, address }: BridgedApp) => `${address} ${name}`;

/** Where the client's bridges are, each namespace once. Pure. */
export function bridgedNamespaces(client: GefyraClient, bridges: GefyraBridge[]): string[] {
  const own = bridges.filter((bridge) => isBridgeOf(bridge, client));
  return [...new Set(own.map(({ metadata }) => metadata?.namespace ?? ""))].sort();
}

/**
 * Whether a client's status names other apps or namespaces than its bridges do. The API server changes the order of fields.
 * Pure.
 */
export function namesOtherApps(client: GefyraClient, bridges: GefyraBridge[]): boolean {
  const { tunnel, apps = [], namespaces = [] } = client.status ?? {};
  const wanted = bridgedApps(client, tunnel?.subnet ?? "", bridges);
  return apps.map(appKey).join() !== wanted.map(appKey).join() ||
    namespaces.join() !== bridgedNamespaces(client, bridges).join();
}

/** Only the liveness check ends a silence: a new Stowaway must not resume the bridges of a silent client. */
function phaseOf(before: ClientStatus["phase"], known: boolean): NonNullable<ClientStatus["phase"]> {
  if (before === clientPhases.silent) return clientPhases.silent;
  if (!known) return clientPhases.pending;
  return before === clientPhases.connected ? clientPhases.connected : clientPhases.ready;
}

async function release(context: Context, tunnel: Tunnel, client: GefyraClient): Promise<Result> {
  const { cache, cluster, namespace } = context;
  const name = client.metadata?.name ?? "";
  const bridges = cache.bridges.all().filter((bridge) => isBridgeOf(bridge, client));
  for (const { metadata } of bridges) {
    if (!metadata?.deletionTimestamp) {
      await cluster.remove(bridgeRef(metadata?.namespace ?? "", metadata?.name ?? ""));
    }
  }
  // The end of a bridge is a change for its client, too.
  if (bridges.some(({ metadata }) => metadata?.finalizers?.includes(FINALIZER))) {
    return requeueAfter(CHECK_BRIDGES_MS);
  }
  // A refusal of Stowaway is not about a client that goes.
  await tunnel.apply().catch((error) => {
    if (!configurationRefusal(error)) throw error;
  });
  const finalizers = (client.metadata?.finalizers ?? []).filter((one) => one !== FINALIZER);
  await setFinalizers(context, cache.clients, clientRef(namespace, name), client, finalizers);
  context.log(`client ${name}: released`);
  // `down` could not wait for its last pod, and left the rest to the operator.
  const uninstalls = client.metadata?.annotations?.[UNINSTALLS_ANNOTATION] !== undefined;
  if (uninstalls && cache.clients.all().length === 0) await uninstall(context);
  return {};
}

/** A client outside Gefyra's namespace is ignored, and its status says so. */
export async function reconcileMisplaced(
  context: Context,
  namespace: string,
  name: string,
): Promise<Result> {
  const { cache, cluster } = context;
  const client = cache.misplaced.get(namespace, name);
  if (!client || client.metadata?.deletionTimestamp) return {};
  // The namespace may have an installation of its own.
  const other = { ...gvk.Deployment, namespace, name: OPERATOR };
  if (await cluster.get<V1Deployment>(other)) return {};
  const generation = client.metadata?.generation ?? 0;
  const message =
    `Gefyra handles clients in namespace "${context.namespace}" only: delete this one and create it there`;
  const update: ConditionUpdate = {
    ...{ type: READY, status: "False", reason: clientReasons.wrongNamespace, message },
  };
  await writeStatus(context, cache.misplaced, clientRef(namespace, name), client, {
    ...client.status,
    observedGeneration: generation,
    phase: clientPhases.refused,
    conditions: withCondition(client.status?.conditions, update, generation, new Date()),
  });
  return {};
}
