import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { GefyraError } from "../../lib/errors.ts";
import { FINALIZER } from "../../lib/names.ts";
import type { BridgeSpec, BridgeStatus } from "../../lib/api/bridge.ts";
import { condition, READY } from "../../lib/api/conditions.ts";
import type { ModeName } from "../../lib/api/modes.ts";
import type { ClientSpec, GefyraClient } from "../../lib/api/client.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { bridgeOf, CARRIER, dueIn, fixture, podOf, recordOf } from "./fixture.ts";
import { bridgeReconciler } from "./reconcile.ts";

const client: GefyraClient = {
  metadata: { name: "me", namespace: "gefyra" },
  spec: { owner: { user: "anna" }, publicKey: "", disconnectTimeout: 600 },
  status: {
    tunnel: {
      ...{ subnet: "198.18.1.0/24", serverPublicKey: "", nodePort: 1, dns: { server: "", domain: "" } },
    },
  },
};
const unfit: BridgeSpec["match"] = [[{ kind: "path", operator: "Regex", value: "(?<=/)a" }]];

const stowaway: V1Pod = {
  metadata: { name: "gefyra-stowaway-0", namespace: "gefyra" },
  status: {
    podIP: "10.1.0.9",
    containerStatuses: [{
      ...{ name: "stowaway", image: "", imageID: "", ready: true, restartCount: 0, containerID: "s1" },
      state: { running: {} },
    }],
  },
};

/** A bridge that has a pod, and was changed. */
function changed(mode: ModeName, change: Partial<BridgeSpec>, to: GefyraClient = client) {
  const record = recordOf("a", {
    ...{ mode, carrierContainer: "c1" },
    ...(mode === "replace" ? { originalImage: "nginx:1" } : {}),
  });
  const { context: _, ...rest } = fixture({
    bridge: bridgeOf([record], {
      metadata: { finalizers: [FINALIZER] },
      spec: { ports: [{ remote: 80, local: 8000, protocol: "TCP" }], ...change },
    }),
    pods: [podOf("a", { image: CARRIER, carrier: { running: {} } })],
    client: to,
    describe: ({ phase, pods }) => `${phase} with ${pods?.map(({ name }) => name)}`,
  });
  return {
    ...rest,
    reconcile: bridgeReconciler(rest.shared, { isForwarded: () => true } as Partial<Tunnel> as Tunnel),
  };
}

Deno.test("a bridge that is changed into one that is refused has its pods restored", async () => {
  const foreign = { name: "x", address: "198.18.0.1" };
  for (const change of [{ match: unfit }, { destination: foreign }] satisfies Partial<BridgeSpec>[]) {
    const { reconcile, events } = changed("beside", change);
    assert.deepEqual(await reconcile("shop", "b"), {});
    assert.deepEqual(events(), ["Refused with a", "apply in a", "Refused with "]);
  }
});

Deno.test("its pods stay in the status until they are restored", async () => {
  const { reconcile, events, shared } = changed("replace", { match: unfit });
  // As after a restart of the operator: the namespace is not watched yet.
  shared.cache.pods.all().forEach(shared.cache.pods.remove);
  const due = dueIn(await reconcile("shop", "b"));
  assert.deepEqual(events(), ["Refused with a", "image of a"]);
  assert.ok(due! > 0 && due! <= 1_000, `${due} ms`);
});

Deno.test("while Stowaway cannot be reached, a pass fails, and its key is due when the pods ask for it", async () => {
  const { shared, events, bridge } = fixture({
    bridge: bridgeOf([], {
      metadata: { finalizers: [FINALIZER] },
      spec: { target: { kind: "Pod", name: "a" }, ports: [{ remote: 80, local: 8000, protocol: "TCP" }] },
    }),
    pods: [podOf("a", { scheduled: true })],
    client,
  });
  shared.cache.stowaways.put(stowaway);
  const error = new GefyraError("exec-failed", "Cannot reach the node");
  const tunnel = { ensureForwards: () => Promise.reject(error), isForwarded: () => true } as Partial<
    Tunnel
  > as Tunnel;
  const result = await bridgeReconciler(shared, tunnel)("shop", "b");
  assert.equal(events().at(-1), "Carrier joins a");
  assert.equal(result.error, error);
  assert.ok(dueIn(result)! <= 50, `${dueIn(result)} ms`);
  assert.deepEqual(bridge().status?.pods?.map(({ state }) => state), ["Switching"]);
});

Deno.test("after a pass, nothing is remembered of a pod that is gone", async () => {
  const { reconcile, events, set, bridge } = changed("beside", { match: unfit });
  const records = bridge().status!.pods!, pods = [podOf("a", { carrier: { running: {} } })];
  const applies = async () => {
    set({ pods, records });
    await reconcile("shop", "b");
    return events().filter((one) => one.startsWith("apply")).length;
  };
  assert.deepEqual([await applies(), await applies()], [1, 0]);
  set({ pods: [], records: [] });
  await reconcile("shop", "b");
  assert.equal(await applies(), 1);
});

const readyOf = ({ status }: { status?: BridgeStatus }) => condition(status?.conditions, READY);

Deno.test("a bridge to somebody else's client is refused: no port, no pod, and how to be let in", async () => {
  const theirs = (spec: Partial<ClientSpec>) => ({ ...client, spec: { ...client.spec, ...spec } });
  const ben = { owner: { user: "ben" } };
  const bens = { owner: { user: "ben", groups: ["team"] } };
  const table: [what: string, owner: Partial<BridgeSpec>, client: GefyraClient, reason: string][] = [
    ["somebody else's", ben, client, "NotAllowed"],
    ["a group is not let in", bens, client, "NotAllowed"],
    ["another group is", bens, theirs({ allowedGroups: ["others"] }), "NotAllowed"],
    ["the group is", bens, theirs({ allowedGroups: ["team"] }), "TargetMissing"],
    ["another user is", ben, theirs({ allowedUsers: ["cora"] }), "NotAllowed"],
    ["the user is", ben, theirs({ allowedUsers: ["cora", "ben"] }), "TargetMissing"],
    ["a client without an owner", ben, { ...client, spec: omitOwner(client.spec) }, "NotAllowed"],
    ["the owner's own", {}, client, "TargetMissing"],
  ];
  for (const [what, spec, to, reason] of table) {
    const { shared, bridge } = fixture({
      bridge: bridgeOf([], {
        metadata: { finalizers: [FINALIZER] },
        spec: { ports: [{ remote: 80, local: 8000, protocol: "TCP" }], ...spec },
      }),
      client: to,
    });
    shared.cache.stowaways.put(stowaway);
    await bridgeReconciler(shared, {} as Tunnel)("shop", "b");
    assert.equal(readyOf(bridge())?.reason, reason, what);
    const refused = reason === "NotAllowed";
    assert.equal((bridge().status?.ports ?? []).length, refused ? 0 : 1, what);
    if (refused) assert.equal(bridge().status?.phase, "Refused");
  }
});

Deno.test("the message says whose the client is, and how to be let in", async () => {
  const { reconcile, bridge } = changed("beside", { owner: { user: "ben" } });
  await reconcile("shop", "b");
  assert.equal(
    readyOf(bridge())?.message,
    `"ben" may not use client "me", as it belongs to "anna": they can admit you with \`gefyra up --allow-user ben\``,
  );
});

Deno.test("when the permission is withdrawn, the pods are restored and the ports are free", async () => {
  const ben = { owner: { user: "ben" } };
  const { reconcile, events, bridge } = changed("beside", ben);
  assert.deepEqual(await reconcile("shop", "b"), {});
  assert.deepEqual(events(), ["Refused with a", "apply in a", "Refused with "]);
  assert.deepEqual(bridge().status?.ports, []);
});

Deno.test("the machine's own addresses are no destination", async () => {
  for (const [host, reason] of [[1, "ForeignAddress"], [3, "ForeignAddress"], [255, "ForeignAddress"]]) {
    const destination = { name: "app", address: `198.18.1.${host}` };
    const { reconcile, bridge } = changed("beside", { destination });
    await reconcile("shop", "b");
    assert.equal(readyOf(bridge())?.reason, reason, `${host}`);
  }
});

Deno.test("a bridge that there is no room for is refused, and gets the place of one that goes", async () => {
  const { shared, bridge } = fixture({
    bridge: bridgeOf([], {
      metadata: { finalizers: [FINALIZER], creationTimestamp: new Date(2_000) },
      spec: { ports: [{ remote: 80, local: 8000, protocol: "TCP" }] },
    }),
    client,
  });
  shared.cache.stowaways.put(stowaway);
  const context = { ...shared, limits: { ...shared.limits, GEFYRA_BRIDGES_PER_CLIENT: 1 } };
  const older = bridgeOf([], { metadata: { name: "older", uid: "o", creationTimestamp: new Date(1_000) } });
  shared.cache.bridges.put(older);
  const reconcile = bridgeReconciler(context, {} as Tunnel);
  await reconcile("shop", "b");
  assert.equal(readyOf(bridge())?.reason, "LimitReached");
  assert.match(
    readyOf(bridge())?.message ?? "",
    /^client "me" may have 1 bridges: .*GEFYRA_BRIDGES_PER_CLIENT/,
  );
  assert.deepEqual(bridge().status?.ports, []);
  shared.cache.bridges.remove(older);
  await reconcile("shop", "older");
  await reconcile("shop", "b");
  assert.equal(readyOf(bridge())?.reason, "TargetMissing");
});

function omitOwner({ owner: _, ...spec }: ClientSpec): ClientSpec {
  return spec;
}

Deno.test("a bridge without a place gets no finalizer, and its end is nothing to others", async () => {
  const ports = Array.from({ length: 33 }, (_, i) => ({ remote: i + 1, local: 1, protocol: "TCP" as const }));
  const { shared, events, bridge } = fixture({ bridge: bridgeOf([], { spec: { ports } }), client });
  const added: string[] = [];
  shared.queue.add = (key) => added.push(key);
  const reconcile = bridgeReconciler(shared, { isForwarded: () => true } as Partial<Tunnel> as Tunnel);
  await reconcile("shop", "b");
  assert.deepEqual(events(), ["status: "]);
  assert.equal(condition(bridge().status?.conditions, READY)?.reason, "LimitReached");
  shared.cache.bridges.remove(bridge());
  added.length = 0;
  await reconcile("shop", "b");
  assert.deepEqual(added, []);
});
