import assert from "node:assert/strict";
import type { V1OwnerReference, V1Pod } from "@kubernetes/client-node";
import type { KubernetesObject, ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { startAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { restoreDepartedPods } from "./departed-pods.ts";
import { objectCache } from "../runtime/cache.ts";

const CARRIER = "gefyra/carrier:1";

const record = (name: string, more: Partial<InterceptedPod> = {}): InterceptedPod => ({
  ...{ name, uid: `uid-${name}`, mode: "beside", container: "web", state: "Active", ports: [] },
  ...more,
});

function pod(
  name: string,
  more: KubernetesObject["metadata"] & { ownerReferences?: V1OwnerReference[] } = {},
): V1Pod {
  return {
    metadata: { name, namespace: "shop", uid: `uid-${name}`, ...more },
    spec: {
      containers: [{ name: "web", image: "nginx:1" }],
      ephemeralContainers: [{ name: "gefyra-carrier", image: CARRIER }],
    },
    status: {
      phase: "Running",
      ephemeralContainerStatuses: [{
        ...{ name: "gefyra-carrier", image: CARRIER, imageID: "", ready: false, restartCount: 0 },
        ...{ containerID: crypto.randomUUID(), state: { running: {} } },
      }],
    },
  };
}

const ownedBy = (uid: string) => ({
  ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid, controller: true }],
});

/** One look; `events` has what was done to the cluster, in order. */
async function leave(
  records: InterceptedPod[],
  pods: V1Pod[],
  { stay = [] as string[], owner = undefined as KubernetesObject | undefined, exec = (): number => 0 } = {},
) {
  const bridge: GefyraBridge = {
    metadata: { name: "b", namespace: "shop", uid: "b", resourceVersion: "1" },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: [],
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: { phase: "Active", pods: records },
  };
  const bridges = objectCache<GefyraBridge>(), known = objectCache<V1Pod>();
  bridges.put(bridge);
  pods.forEach(known.put);
  const events: string[] = [], later: string[] = [];
  const cluster = {
    get: ({ kind, name }: ObjectRef) => Promise.resolve(kind === "Pod" ? known.get("shop", name) : owner),
    patch: (_: ObjectRef, { status }: Partial<GefyraBridge>) => {
      events.push(`status: ${status?.pods?.map(({ name, state }) => `${name} ${state}`)}`);
      return Promise.resolve({ ...bridge, status });
    },
    exec: ({ pod }: { pod: string }) => {
      events.push(`apply in ${pod}`);
      return Promise.resolve({ exitCode: exec(), stdout: "", stderr: "" });
    },
  } as unknown as Cluster;
  const context = {
    cluster,
    cache: { bridges, pods: known, stowaways: objectCache<V1Pod>() },
    queue: { addLater: (key: string) => void later.push(key) },
    attempts: startAttempts(),
    carrierImage: CARRIER,
    log: () => {},
  } as unknown as Context;
  const left = await restoreDepartedPods(context, bridge, new Set(stay));
  return { left: left.map(({ name, state }) => `${name} ${state}`), events, later };
}

Deno.test("a pod that has left the target is restored, and those that stay are left alone", async () => {
  const records = [record("a"), record("left")], pods = () => [pod("a"), pod("left")];
  assert.deepEqual(await leave(records, pods(), { stay: ["uid-a"] }), {
    left: ["a Active"],
    events: ["status: a Active,left Restoring", "apply in left"],
    later: [],
  });
  assert.deepEqual(await leave(records, pods(), { stay: ["uid-a"], exec: () => 1 }), {
    left: ["a Active", "left Restoring"],
    events: ["status: a Active,left Restoring", "apply in left"],
    later: ["bridge/shop/b"],
  });
});

Deno.test("one that comes back while it is being restored is taken anew afterwards", async () => {
  const records = [record("a", { state: "Restoring" })];
  assert.deepEqual((await leave(records, [pod("a")], { stay: ["uid-a"] })).left, []);
});

Deno.test("pods that are gone, are ending, or were never touched are forgotten", async () => {
  const ending = pod("ends", { deletionTimestamp: new Date() });
  const records = [record("gone"), record("ends"), record("waits", { state: "Waiting" })];
  assert.deepEqual(await leave(records, [ending, pod("waits")]), { left: [], events: [], later: [] });
});

Deno.test("pods whose ReplicaSet is being replaced stay until they end", async () => {
  const look = (owner: KubernetesObject | undefined) =>
    leave([record("a")], [pod("a", ownedBy("rs"))], { owner });
  const stays = { left: ["a Active"], events: [], later: ["bridge/shop/b"] };
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
    const found = await look(owner);
    if (expected) assert.deepEqual(found, stays, name);
    else assert.deepEqual(found.left, [], name);
  }
});
