import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../lib/api/objects.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { restoreDepartedPods } from "./departed-pods.ts";
import { bridgeOf, dueIn, fixture, podOf, recordOf } from "./fixture.ts";

const carrier = { running: {} };
const ownedBy = (uid: string) => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid, controller: true }],
});

interface Fields {
  /** Uids of the pods that belong to the target. */
  belonging?: string[];
  owner?: KubernetesObject | undefined;
  exec?: () => number;
}

/** One pass. */
async function restore(
  records: InterceptedPod[],
  pods: V1Pod[],
  { belonging = [], owner, exec = () => 0 }: Fields = {},
) {
  const { context, bridge, events } = fixture({ bridge: bridgeOf(records), pods, other: owner, exec });
  const { records: left, ...next } = await restoreDepartedPods(context, bridge(), new Set(belonging));
  const isDue = dueIn(next) !== undefined;
  return { left: left.map(({ name, state }) => `${name} ${state}`), events: events(), isDue };
}

Deno.test("a pod that no longer belongs to the target is restored, and the others are not touched", async () => {
  const records = [recordOf("a"), recordOf("left")];
  const pods = [podOf("a", { carrier }), podOf("left", { carrier })];
  assert.deepEqual(await restore(records, pods, { belonging: ["uid-a"] }), {
    left: ["a Active"],
    events: ["status: a Active,left Restoring", "apply in left"],
    isDue: false,
  });
  assert.deepEqual(await restore(records, pods, { belonging: ["uid-a"], exec: () => 1 }), {
    left: ["a Active", "left Restoring"],
    events: ["status: a Active,left Restoring", "apply in left"],
    isDue: true,
  });
});

Deno.test("a pod that belongs to the target again while it is being restored is taken again afterwards", async () => {
  const records = [recordOf("a", { state: "Restoring" })];
  const { left } = await restore(records, [podOf("a", { carrier })], { belonging: ["uid-a"] });
  assert.deepEqual(left, []);
});

Deno.test("pods that are gone, are being deleted, or were never touched are forgotten", async () => {
  const ending = podOf("ends", { metadata: { deletionTimestamp: new Date() } });
  const records = [recordOf("gone"), recordOf("ends"), recordOf("waits", { state: "Waiting" })];
  const nothing = { left: [], events: [], isDue: false };
  assert.deepEqual(await restore(records, [ending, podOf("waits")]), nothing);
});

Deno.test("pods whose owner does not want them stay until they end", async () => {
  const stays = { left: ["a Active"], events: [], isDue: true };
  const set = (more: object = {}) => ({ metadata: { uid: "rs" }, spec: { replicas: 1 }, ...more });
  const table: [string, KubernetesObject | undefined, boolean][] = [
    ["it is gone", undefined, true],
    ["another has its name", set({ metadata: { uid: "other" } }), true],
    ["it is being deleted", set({ metadata: { uid: "rs", deletionTimestamp: new Date() } }), true],
    ["it is scaled to 0", set({ spec: { replicas: 0 } }), true],
    ["its Deployment is gone", set({ metadata: { uid: "rs", ...ownedBy("gone") } }), true],
    ["it wants its pods", set(), false],
  ];
  for (const [name, owner, expected] of table) {
    const found = await restore([recordOf("a")], [podOf("a", { carrier, metadata: ownedBy("rs") })], {
      owner,
    });
    if (expected) assert.deepEqual(found, stays, name);
    else assert.deepEqual(found.left, [], name);
  }
});
