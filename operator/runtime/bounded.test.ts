import assert from "node:assert/strict";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { limitsIn } from "../../lib/limits.ts";
import { isPartial } from "./bounded.ts";
import { objectCache } from "./cache.ts";
import { boundedBridges, boundedClients } from "./reduce-own.ts";

const limits = limitsIn({ GEFYRA_BRIDGES_PER_NAMESPACE: "2", GEFYRA_CLIENTS_PER_USER: "1" });
const LARGE = "x".repeat(1_000);

const bridge = (name: string, { groups = ["team"], status }: { groups?: string[]; status?: object } = {}) =>
  ({
    apiVersion: "gefyra.dev/v1alpha1",
    metadata: {
      ...{ name, namespace: "shop", uid: name, resourceVersion: "1", finalizers: ["a/b"] },
      ...{ labels: { large: LARGE }, annotations: { large: LARGE }, managedFields: [{ manager: LARGE }] },
    },
    spec: {
      owner: { user: "anna", groups },
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: [80, 81, 82].map((remote) => ({ remote, local: 8000, protocol: "TCP" })),
      match: [[{ kind: "path", operator: "Exact", value: `/${LARGE}` }]],
      destination: { name: "app", address: "198.18.1.10" },
    },
    ...(status ? { status } : {}),
  }) as unknown as GefyraBridge;

Deno.test("of a bridge's metadata only what the operator reads stays", () => {
  const { metadata } = boundedBridges(limits).reduce(bridge("a"));
  const rest = { name: "a", namespace: "shop", uid: "a", resourceVersion: "1", finalizers: ["a/b"] };
  assert.deepEqual(metadata, rest);
});

Deno.test("of a namespace so many bridges stay whole, and those that are served", () => {
  const kept = boundedBridges(limits);
  const served = { status: { ports: [{ remote: 80, protocol: "TCP", stowaway: 10_000 }] } };
  const all = [bridge("a"), bridge("b"), bridge("c"), bridge("served", served)].map(kept.reduce);
  assert.deepEqual(all.map(isPartial), [false, false, true, false]);
  assert.deepEqual(all[0]!.spec, bridge("a").spec);
  const stub = all[2]!;
  assert.ok(JSON.stringify(stub.spec).length < 500);
  assert.deepEqual([stub.spec.match, stub.spec.ports.length], [undefined, 3]);
  assert.deepEqual(stub.spec.owner, { user: "anna", groups: ["team"] });
  assert.deepEqual(kept.reduce(bridge("d", { groups: [LARGE] })).spec.owner, { user: "anna" });
  assert.equal(isPartial(kept.reduce(bridge("a"))), false, "an event of one that is whole");
});

Deno.test("a bridge that is admitted is whole from then on, and one that is gone makes room", () => {
  const kept = boundedBridges(limits), cache = objectCache(kept);
  for (const name of ["a", "b", "c", "d"]) cache.put(bridge(name));
  assert.deepEqual(cache.all().map(isPartial), [false, false, true, true]);
  kept.admit(bridge("c"));
  cache.put(bridge("c"));
  assert.equal(isPartial(cache.get("shop", "c")!), false);
  for (const name of ["a", "b", "c"]) cache.remove(bridge(name));
  cache.put(bridge("e"));
  assert.equal(isPartial(cache.get("shop", "e")!), false);
});

Deno.test("of a user so many clients stay whole, whatever they are called", () => {
  const kept = boundedClients(limits);
  const client = (name: string, user: string) =>
    ({
      metadata: { name, uid: name, annotations: { "gefyra.dev/uninstalls": "x", large: LARGE } },
      spec: {
        owner: { user, groups: ["g"] },
        publicKey: "K=",
        allowedUsers: [LARGE],
        allowedGroups: [LARGE],
      },
    }) as unknown as GefyraClient;
  const [first, second, others] = [client("a", "anna"), client("b", "anna"), client("c", "ben")].map(
    kept.reduce,
  );
  assert.deepEqual([first, second, others].map((one) => isPartial(one!)), [false, true, false]);
  assert.deepEqual(first!.spec.allowedUsers, [LARGE]);
  assert.deepEqual(second!.spec, { owner: { user: "anna" }, publicKey: "K=" });
});
