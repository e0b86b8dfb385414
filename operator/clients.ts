import { FINALIZER } from "../lib/names.ts";
import { type BridgedApp, clientRef, type ClientStatus, type GefyraClient } from "../lib/resources/client.ts";
import { bridgeRef, type GefyraBridge } from "../lib/resources/bridge.ts";
import { type ConditionUpdate, withCondition } from "../lib/resources/conditions.ts";
import { contains, pickTunnelSubnet } from "../lib/tunnel/addresses.ts";
import { type Context, keys, setFinalizers, writeStatus } from "./context.ts";
import { hasOwnKey, type Tunnel } from "./tunnel.ts";

/** Gives a client its place in the tunnel, and takes it and its bridges away when it goes. */
export async function reconcileClient(context: Context, tunnel: Tunnel, name: string): Promise<void> {
  const { world, namespace, queue, dns } = context;
  const client = world.clients.get(namespace, name);
  if (!client) {
    queue.add(keys.tunnel);
    // Its key is free now.
    for (const { metadata } of world.clients.all()) queue.add(keys.client(metadata?.name ?? ""));
    return;
  }
  if (client.metadata?.deletionTimestamp) return await release(context, tunnel, client);
  const ref = clientRef(namespace, name);
  if (!client.metadata?.finalizers?.includes(FINALIZER)) {
    await setFinalizers(context, world.clients, ref, [...client.metadata?.finalizers ?? [], FINALIZER]);
  }
  const taken = world.clients.all().flatMap(({ status }) => status?.tunnel?.subnet ?? []);
  const subnet = client.status?.tunnel?.subnet ?? pickTunnelSubnet(taken);
  const given: ClientStatus = {
    ...client.status,
    tunnel: { subnet, serverPublicKey: tunnel.publicKey, nodePort: tunnel.nodePort, dns },
    apps: bridgedApps(name, subnet, world.bridges.all()),
  };
  const assigned = await writeStatus(context, world.clients, ref, client, given);
  const state = await tunnel.apply();
  const known = state?.peers.some(({ publicKey }) => publicKey === client.spec.publicKey) ?? false;
  const update: ConditionUpdate = !hasOwnKey(client, world.clients.all())
    ? {
      type: "Ready",
      status: "False",
      reason: "KeyTaken",
      message: "another client has the same public key",
    }
    : known
    ? { type: "Ready", status: "True", reason: "PeerConfigured", message: "Stowaway expects this client" }
    : { type: "Ready", status: "False", reason: "StowawayMissing", message: "no Stowaway is running" };
  const generation = client.metadata?.generation ?? 0;
  await writeStatus(context, world.clients, ref, assigned, {
    ...given,
    observedGeneration: generation,
    phase: phaseOf(given.phase, update.status === "True"),
    conditions: withCondition(given.conditions, update, generation, new Date()),
  });
}

/** The apps that a client's bridges name, each once, where they are its own: whoever gives out addresses may not see all bridges. Pure. */
export function bridgedApps(client: string, subnet: string, bridges: GefyraBridge[]): BridgedApp[] {
  const named = bridges.filter(({ spec }) => spec.client === client).map(({ spec }) => spec.destination)
    .filter(({ address }) => contains(subnet, address));
  const byAddress = new Map(named.map(({ name, address }) => [appKey({ name, address }), { name, address }]));
  return [...byAddress].sort(([a], [b]) => a < b ? -1 : 1).map(([, app]) => app);
}

const appKey = ({ name, address }: BridgedApp) => `${address} ${name}`;

/** Whether a client's status names other apps than its bridges do. The API server has its own order of fields. Pure. */
export function namesOtherApps({ metadata, status }: GefyraClient, bridges: GefyraBridge[]): boolean {
  const wanted = bridgedApps(metadata?.name ?? "", status?.tunnel?.subnet ?? "", bridges);
  return (status?.apps ?? []).map(appKey).join() !== wanted.map(appKey).join();
}

/** Whether a client is heard is for liveness to say; a new Stowaway must not resume the bridges of a silent one. */
function phaseOf(before: ClientStatus["phase"], known: boolean): NonNullable<ClientStatus["phase"]> {
  if (before === "Silent") return "Silent";
  if (!known) return "Pending";
  return before === "Connected" ? "Connected" : "Ready";
}

async function release(context: Context, tunnel: Tunnel, client: GefyraClient): Promise<void> {
  const { world, cluster, namespace, queue } = context;
  const name = client.metadata?.name ?? "";
  const bridges = world.bridges.all().filter(({ spec }) => spec.client === name);
  for (const { metadata } of bridges) {
    if (!metadata?.deletionTimestamp) {
      await cluster.remove(bridgeRef(metadata?.namespace ?? "", metadata?.name ?? ""));
    }
  }
  // A bridge that is gone wakes its client.
  if (bridges.length) return queue.addLater(keys.client(name), 1000);
  await tunnel.apply();
  const finalizers = (client.metadata?.finalizers ?? []).filter((one) => one !== FINALIZER);
  await setFinalizers(context, world.clients, clientRef(namespace, name), finalizers);
  context.log(`client ${name}: released`);
}
