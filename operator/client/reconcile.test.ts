import assert from "node:assert/strict";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { BridgedApp, GefyraClient } from "../../lib/api/client.ts";
import type { ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { limitsIn } from "../../lib/limits.ts";
import { FINALIZER } from "../../lib/names.ts";
import { objectCache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { bridgedApps, bridgedNamespaces, clientReconciler, namesOtherApps } from "./reconcile.ts";

const SUBNET = "198.18.1.0/24";
const bridge = (client: string, name: string, address: string, deleted = false, namespace = "shop") =>
  ({
    metadata: { namespace, ...(deleted ? { deletionTimestamp: new Date() } : {}) },
    spec: { owner: { user: client }, client, destination: { name, address } },
  }) as GefyraBridge;

const clientOf = (name: string, apps?: BridgedApp[], namespaces?: string[]) =>
  ({
    metadata: { name },
    spec: { owner: { user: name } },
    status: { tunnel: { subnet: SUBNET }, apps, namespaces },
  }) as GefyraClient;

Deno.test("the apps that a client's bridges name, each once and in one order", () => {
  const bridges = [
    bridge("me", "b", "198.18.1.11"),
    bridge("you", "c", "198.18.2.10"),
    bridge("me", "a", "198.18.1.10"),
    bridge("me", "b", "198.18.1.11"),
    bridge("me", "b", "198.18.1.12"),
    bridge("me", "going", "198.18.1.13", true),
    bridge("me", "foreign", "198.18.2.14"),
    bridge("me", "none", "198.18.1.999"),
    bridge("me", "machine", "198.18.1.1"),
    {
      ...bridge("me", "theirs", "198.18.1.14"),
      spec: { ...bridge("me", "theirs", "198.18.1.14").spec, owner: { user: "you" } },
    },
  ];
  const expected = [
    { name: "a", address: "198.18.1.10" },
    { name: "b", address: "198.18.1.11" },
    { name: "b", address: "198.18.1.12" },
    { name: "going", address: "198.18.1.13" },
  ];
  assert.deepEqual(bridgedApps(clientOf("me"), SUBNET, bridges), expected);
  assert.deepEqual(bridgedApps(clientOf("me"), SUBNET, bridges.toReversed()), expected);
  assert.deepEqual(bridgedApps(clientOf("nobody"), SUBNET, bridges), []);
});

Deno.test("a client's status is written again when its bridges name other apps", () => {
  const client = (apps?: BridgedApp[], namespaces = apps?.length ? ["shop"] : []) =>
    clientOf("me", apps, namespaces);
  const [a, b] = [bridge("me", "a", "198.18.1.10"), bridge("me", "b", "198.18.1.11")];
  const known = client(bridgedApps(clientOf("me"), SUBNET, [a, b]));
  assert.equal(namesOtherApps(known, [b, a]), false);
  const asServed = [{ address: "198.18.1.10", name: "a" }];
  assert.equal(namesOtherApps(client(asServed), [a]), false, "whatever the order of the fields");
  assert.equal(namesOtherApps(known, [a]), true);
  assert.equal(namesOtherApps(client(), [a]), true);
  assert.equal(namesOtherApps(client(), []), false);
  const elsewhere = bridge("me", "a", "198.18.1.10", false, "dev");
  assert.equal(namesOtherApps(client(bridgedApps(clientOf("me"), SUBNET, [a])), [a, elsewhere]), true);
});

Deno.test("the namespaces of a client's bridges, each once and in one order", () => {
  const at = (client: string, namespace: string) => bridge(client, "a", "198.18.1.10", false, namespace);
  const bridges = [at("me", "shop"), at("you", "other"), at("me", "dev"), at("me", "shop")];
  assert.deepEqual(bridgedNamespaces(clientOf("me"), bridges), ["dev", "shop"]);
  assert.deepEqual(bridgedNamespaces(clientOf("nobody"), bridges), []);
});

/** A pass over a client; what is done to the cluster, and the client after it. */
async function pass(
  client: GefyraClient,
  bridges: GefyraBridge[],
  others: GefyraClient[] = [],
  limits = limitsIn({}),
) {
  const clients = objectCache<GefyraClient>(), cached = objectCache<GefyraBridge>(), events: string[] = [];
  [client, ...others].forEach(clients.put);
  bridges.forEach(cached.put);
  const cluster = {
    remove: ({ name }: ObjectRef) => Promise.resolve(events.push(`remove ${name}`)),
    patch: (_: ObjectRef, change: Partial<GefyraClient>) => {
      if (change.metadata) events.push(`finalizers: ${change.metadata.finalizers}`);
      return Promise.resolve({ ...client, ...change, metadata: { ...client.metadata, ...change.metadata } });
    },
  } as unknown as Cluster;
  const context = {
    cache: { clients, bridges: cached, wholeClient: (one: GefyraClient) => Promise.resolve(one) },
    ...{ cluster, limits, namespace: "gefyra", dns: {}, log: () => {} },
    queue: { add: () => {} },
  } as unknown as Context;
  const tunnel = { apply: () => Promise.resolve({ peers: [client.spec] }) } as unknown as Tunnel;
  const result = await clientReconciler(context, tunnel)("me");
  return { events, isDue: result.requeueAt !== undefined, status: clients.get("gefyra", "me")?.status };
}

const named = (name: string, user: string, finalizers: string[]) =>
  ({
    metadata: { name, namespace: "shop", finalizers },
    spec: { owner: { user }, client: "me", destination: { name: "app", address: "198.18.1.10" } },
  }) as GefyraBridge;

Deno.test("a client that goes takes its bridges along, and waits for those that it has to restore only", async () => {
  const going = clientOf("me");
  going.metadata = {
    name: "me",
    namespace: "gefyra",
    finalizers: [FINALIZER],
    deletionTimestamp: new Date(),
  };
  const theirs = named("theirs", "you", [FINALIZER, "their.own/finalizer"]);
  const mine = await pass(going, [named("mine", "me", [FINALIZER]), theirs]);
  assert.deepEqual([mine.events, mine.isDue], [["remove mine"], true]);
  assert.deepEqual((await pass(going, [theirs])).events, ["finalizers: "]);
  // Restored, but for somebody's own finalizer.
  const held = await pass(going, [named("mine", "me", ["my.own/finalizer"])]);
  assert.deepEqual(held.events, ["remove mine", "finalizers: "]);
});

Deno.test("a client too many gets no place, and its status says why", async () => {
  const metadata = {
    name: "me",
    namespace: "gefyra",
    uid: "late",
    finalizers: [FINALIZER],
    creationTimestamp: new Date(9_000),
  };
  const late = { metadata, spec: { owner: { user: "anna" }, publicKey: "late=" } } as GefyraClient;
  const first = clientOf("first");
  first.metadata = { name: "first", namespace: "gefyra", uid: "first", creationTimestamp: new Date(1_000) };
  first.spec.owner = { user: "anna" };
  const one = limitsIn({ GEFYRA_CLIENTS_PER_USER: "1" });
  delete late.metadata?.finalizers;
  const { status, events } = await pass(late, [], [first], one);
  assert.deepEqual(events, [], "it goes without the operator's help");
  assert.deepEqual([status?.phase, status?.tunnel], ["Refused", undefined]);
  assert.match(
    status?.conditions?.[0]?.message ?? "",
    /^user "anna" may have 1 clients: .*GEFYRA_CLIENTS_PER_USER/,
  );
  const served = await pass(late, [], [], one);
  assert.deepEqual([served.status?.phase, served.events], ["Ready", [`finalizers: ${FINALIZER}`]]);
});

Deno.test("the end of a client without a place is nothing to others", async () => {
  const placed = clientOf("placed"), { tunnel: _, ...noPlace } = clientOf("waiting").status!;
  const waiting = { ...clientOf("waiting"), status: noPlace } as GefyraClient;
  const clients = objectCache<GefyraClient>(), added: string[] = [];
  for (const one of [placed, waiting, clientOf("me")]) {
    one.metadata = { ...one.metadata, namespace: "gefyra" };
    clients.put(one);
  }
  const queue = { add: (key: string) => added.push(key) };
  const context = { cache: { clients }, namespace: "gefyra", queue } as unknown as Context;
  const reconcile = clientReconciler(context, {} as Tunnel);
  for (const one of [waiting, placed]) {
    clients.remove(one);
    added.length = 0;
    assert.deepEqual(await reconcile(one.metadata!.name!), {});
    assert.deepEqual(added, one === placed ? ["tunnel", "client/me"] : []);
  }
});

Deno.test("bridges that are beyond a limit name no apps of their client", () => {
  const beyond = bridge("me", "b", "198.18.1.11");
  const ready = { type: "Ready", status: "False", reason: "LimitReached", message: "" };
  beyond.status = { conditions: [ready] } as GefyraBridge["status"] & object;
  assert.deepEqual(bridgedApps(clientOf("me"), SUBNET, [bridge("me", "a", "198.18.1.10"), beyond]), [
    { name: "a", address: "198.18.1.10" },
  ]);
});
