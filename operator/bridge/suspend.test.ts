import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { startAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { suspendBridge } from "./suspend.ts";
import { objectCache } from "../runtime/cache.ts";

const CARRIER = "gefyra/carrier:1";

const beside: InterceptedPod = {
  ...{ name: "a", uid: "uid-a", mode: "beside", container: "web", state: "Active", carrierContainer: "c-a" },
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "kernel" }],
};
const instead: InterceptedPod = {
  ...{ ...beside, name: "b", uid: "uid-b", mode: "replace", carrierContainer: "c-b" },
  ...{ originalImage: "nginx:1", originalContainer: "before" },
};

function pod(name: string, image: string, container: string, ready = true): V1Pod {
  const carrier = { name: "gefyra-carrier", image: CARRIER };
  const status = { imageID: "", restartCount: 0, ready, image, state: { running: {} } };
  return {
    metadata: { name, namespace: "shop", uid: `uid-${name}` },
    spec: { containers: [{ name: "web", image }], ephemeralContainers: [carrier] },
    status: {
      phase: "Running",
      containerStatuses: [{ ...status, name: "web", containerID: container }],
      ephemeralContainerStatuses: [{ ...status, ...carrier, containerID: crypto.randomUUID() }],
    },
  };
}

/** One look at a bridge whose client is silent. */
async function suspend(records: InterceptedPod[], pods: V1Pod[]) {
  let bridge: GefyraBridge = {
    metadata: { name: "x", namespace: "shop", uid: "x", resourceVersion: "1" },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: [],
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: { phase: "Active", pods: records },
  };
  const bridges = objectCache<GefyraBridge>();
  bridges.put(bridge);
  const events: string[] = [], later: string[] = [];
  const cluster = {
    get: ({ name }: { name: string }) =>
      Promise.resolve(pods.find(({ metadata }) => metadata?.name === name)),
    patch: (ref: { kind: string; name: string }, body: Partial<GefyraBridge>) => {
      if (ref.kind === "Pod") events.push(`image of ${ref.name}`);
      else events.push(`status: ${body.status?.phase} ${body.status?.pods?.map(({ state }) => state)}`);
      if (ref.kind !== "Pod") bridge = { ...bridge, ...body };
      return Promise.resolve(bridge);
    },
    exec: ({ pod }: { pod: string }) => {
      events.push(`apply in ${pod}`);
      return Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
    },
  } as unknown as Cluster;
  const context = {
    cluster,
    cache: { bridges, stowaways: objectCache<V1Pod>() },
    queue: { addLater: (key: string) => void later.push(key) },
    attempts: startAttempts(),
    carrierImage: CARRIER,
    log: () => {},
  } as unknown as Context;
  await suspendBridge(context, bridge);
  return { events, later, status: bridges.get("shop", "x")!.status! };
}

Deno.test("beside, Carrier is told to let go, and that is written down before", async () => {
  const { events, later, status } = await suspend([beside], [pod("a", "nginx:1", "c")]);
  assert.deepEqual(events, ["status: Active Suspended", "apply in a", "status: Suspended Suspended"]);
  assert.deepEqual(later, []);
  assert.deepEqual(status.conditions?.map(({ status, reason }) => [status, reason]), [[
    "False",
    "ClientSilent",
  ]]);
  assert.deepEqual(status.pods, [{ ...beside, state: "Suspended" }]);
});

Deno.test("in mode replace the original image comes back, and its name stays on record", async () => {
  const { events, later, status } = await suspend([instead], [pod("b", CARRIER, "c-b")]);
  assert.deepEqual(events, ["status: Active Suspended", "image of b", "status: Suspended Suspended"]);
  assert.deepEqual(later, ["bridge/shop/x"]);
  assert.deepEqual(status.pods, [{ ...instead, state: "Suspended" }]);
});

Deno.test("the original that has come back is the one that is replaced on resuming", async () => {
  const { events, later, status } = await suspend([instead], [pod("b", "nginx:1", "after")]);
  assert.deepEqual(events, ["status: Active Suspended", "status: Suspended Suspended"]);
  assert.deepEqual(later, []);
  const { carrierContainer: _, ...rest } = instead;
  assert.deepEqual(status.pods, [{ ...rest, originalContainer: "after", state: "Suspended" }]);
});

Deno.test("an original that is not ready yet is waited for", async () => {
  assert.deepEqual((await suspend([instead], [pod("b", "nginx:1", "after", false)])).later, [
    "bridge/shop/x",
  ]);
});
