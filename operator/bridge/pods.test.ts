import assert from "node:assert/strict";
import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { GefyraError } from "../../lib/errors.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import type { ModePlan } from "../../lib/plan/modes/mode.ts";
import { startAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { interceptPods } from "./pods.ts";
import { objectCache } from "../runtime/cache.ts";

const CARRIER = "gefyra/carrier:1";
let ids = 0;

function pod(name: string, image: string, { ready = true, runs = true } = {}): V1Pod {
  const containerID = `${name}-${image}-${ids++}`;
  return {
    metadata: { name, namespace: "shop", uid: `uid-${name}` },
    spec: { containers: [{ name: "web", image }] },
    status: {
      containerStatuses: [{
        name: "web",
        image,
        imageID: "",
        restartCount: 0,
        containerID,
        ready,
        state: runs ? { running: {} } : { waiting: {} },
      }],
    },
  };
}

const record = (name: string, state: InterceptedPod["state"] = "Active"): InterceptedPod => ({
  name,
  uid: `uid-${name}`,
  mode: "replace",
  container: "web",
  ports: [{ remote: 80, port: 80, protocol: "TCP", path: "stream" }],
  originalImage: "nginx:1",
  originalContainer: `${name}-original`,
  state,
});

const instead: ModePlan = {
  mode: "replace",
  container: "web",
  because: [],
  notes: [],
  ports: [{ remote: 80, port: 80, local: 8000, protocol: "TCP", path: "stream" }],
  probes: [],
  restarts: 1,
};

/** Runs one look at the pods; `events` has what was done to the cluster, in order. */
async function intercept(
  pods: V1Pod[],
  records: InterceptedPod[] = [],
  { exec = (): number => 0, attempts = startAttempts(), plan = instead, denied = undefined as unknown } = {},
) {
  const bridge: GefyraBridge = {
    metadata: { name: "b", namespace: "shop", uid: "b", resourceVersion: "1" },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web", container: "web" },
      ports: [],
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: { pods: records },
  };
  const bridges = objectCache<GefyraBridge>();
  bridges.put(bridge);
  const watched = objectCache<V1Pod>();
  pods.forEach(watched.put);
  const events: string[] = [];
  const cluster = {
    list: () => Promise.resolve([]),
    get: ({ name }: { name: string }) =>
      Promise.resolve(pods.find(({ metadata }) => metadata?.name === name)),
    patch: (
      ref: { kind: string; name: string },
      body: { status?: { pods: InterceptedPod[] } },
      { subresource }: { subresource?: string },
    ) => {
      if (denied && ref.kind === "Pod") return Promise.reject(denied);
      if (subresource === "ephemeralcontainers") events.push(`Carrier joins ${ref.name}`);
      else if (ref.kind === "Pod") events.push(`image of ${ref.name}`);
      else events.push(`status: ${body.status?.pods.map((p) => p.name)}`);
      return Promise.resolve(ref.kind === "Pod" ? {} : { ...bridge, ...body });
    },
    exec: ({ pod }: { pod: string }) => {
      events.push(`apply in ${pod}`);
      const exitCode = exec();
      return Promise.resolve({ exitCode, stdout: "", stderr: exitCode === 1 ? "carrier: refused" : "" });
    },
  } as unknown as Cluster;
  const later: string[] = [];
  const queue = {
    add: () => {},
    addLater: (key: string) => void later.push(key),
    stop: () => Promise.resolve(),
  };
  const context = {
    cluster,
    cache: { bridges, pods: watched, stowaways: objectCache<V1Pod>() },
    queue,
    attempts,
    carrierImage: CARRIER,
    log: () => {},
  } as unknown as Context;
  const taken = await interceptPods(context, {
    bridge,
    pods: pods.map((pod) => ({ pod, plan })),
    stowaway: "10.0.0.9",
    tunnelReady: () => Promise.resolve(),
    templateImage: () => "nginx:template",
  });
  return { taken, events, later };
}

Deno.test("the original is written down before the pod is changed", async () => {
  const one = pod("a", "nginx:1");
  const { taken, events } = await intercept([one]);
  assert.deepEqual(events, ["status: a", "image of a"]);
  assert.deepEqual(taken, [{
    ...record("a", "Switching"),
    originalContainer: one.status?.containerStatuses?.[0]?.containerID,
  }]);
});

Deno.test("a pod that serves waits until the one before is bridged", async () => {
  const both = [pod("a", "nginx:1"), pod("b", "nginx:1")];
  assert.deepEqual((await intercept(both)).events, ["status: a", "image of a"]);
  const [, b] = both as [V1Pod, V1Pod];
  assert.deepEqual((await intercept([pod("a", CARRIER), b], [record("a")])).events, [
    "apply in a",
    "status: a,b",
    "image of b",
  ]);
  assert.deepEqual(
    (await intercept([pod("a", CARRIER, { ready: false }), b], [record("a", "Switching")])).events,
    [
      "apply in a",
    ],
  );
});

Deno.test("a pod that does not serve yet is taken at once", async () => {
  const { events } = await intercept([
    pod("a", CARRIER, { runs: false }),
    pod("b", "nginx:1", { runs: false }),
  ], [
    record("a", "Switching"),
  ]);
  assert.deepEqual(events, ["status: a,b", "image of b"]);
});

Deno.test("a pod is active when its Carrier is configured and ready", async () => {
  const state = async (one: V1Pod, exec = () => 0) =>
    (await intercept([one], [record("a", "Switching")], { exec })).taken.map(({ state }) => state);
  assert.deepEqual(await state(pod("a", CARRIER)), ["Active"]);
  assert.deepEqual(await state(pod("a", CARRIER, { ready: false })), ["Switching"]);
  assert.deepEqual(await state(pod("a", CARRIER, { runs: false })), ["Switching"]);
  assert.deepEqual(await state(pod("a", CARRIER), () => 137), ["Switching"]);
});

Deno.test("where Carrier refuses, the original comes back at once, and is left alone for a while", async () => {
  const attempts = startAttempts(), exec = () => 1;
  const refused = await intercept([pod("r", CARRIER)], [record("r")], { exec, attempts });
  assert.deepEqual(refused.events, ["apply in r", "status: r", "image of r"]);
  const reason = 'Cannot configure Carrier in pod "shop/r": carrier: refused';
  const [failed] = refused.taken;
  assert.deepEqual([failed?.state, failed?.cause, failed?.reason], ["Failed", "CarrierRefused", reason]);
  const restored = await intercept([pod("r", "nginx:1")], refused.taken, { attempts });
  assert.deepEqual([restored.events, restored.taken[0]?.state], [[], "Restored"]);
  const again = await intercept([pod("r", "nginx:1")], restored.taken, { attempts });
  assert.deepEqual([again.events, again.later, again.taken[0]?.reason], [[], ["bridge/shop/b"], reason]);
  const tried = await intercept([pod("r", "nginx:1")], restored.taken);
  assert.deepEqual([tried.events, tried.taken[0]?.state], [["status: r", "image of r"], "Switching"]);
});

Deno.test("beside, where Carrier refuses, its rules go, and the others of the pod keep theirs", async () => {
  let asked = 0;
  const exec = () => asked++ === 0 ? 1 : 0;
  const { taken, events } = await intercept([joined("a", { running: {} })], [], { plan: beside, exec });
  assert.deepEqual(events, ["status: a", "apply in a", "status: a", "apply in a"]);
  assert.deepEqual([taken[0]?.state, taken[0]?.cause], ["Restored", "CarrierRefused"]);
});

Deno.test("a pod that the cluster does not let change holds up no other", async () => {
  const denied = new GefyraError("forbidden", "Cannot act on the cluster: denied by policy", {
    exit: "forbidden",
  });
  const pods = [joined("a"), joined("b", { running: {} })];
  const { taken } = await intercept(pods, [], { plan: beside, denied });
  assert.deepEqual(taken.map(({ state, cause, reason }) => [state, cause, reason]), [
    ["Restored", "Forbidden", denied.message],
    ["Active", undefined, undefined],
  ]);
});

Deno.test("a pod that no node takes is named and left alone, until one does", async () => {
  const message = "0/1 nodes are available";
  for (const plan of [instead, beside]) {
    const one = pod("n", "nginx:1", { runs: false });
    one.status!.conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    const waiting = await intercept([one, pod("b", "nginx:1", { runs: false })], [], { plan });
    assert.deepEqual([waiting.taken[0]?.state, waiting.taken[0]?.reason], [
      "Waiting",
      `Unschedulable: ${message}`,
    ]);
    assert.ok(!waiting.events.some((event) => event.endsWith(" of n") || event.endsWith("joins n")));
    if (plan === instead) assert.ok(waiting.events.includes("image of b"));
    const scheduled = await intercept([joined("n")], [waiting.taken[0]!], { plan });
    assert.deepEqual([scheduled.taken[0]?.state, scheduled.taken[0]?.reason], ["Switching", undefined]);
  }
});

Deno.test("the original that still ends is not told to be Carrier", async () => {
  const ending = pod("a", CARRIER);
  const original = ending.status?.containerStatuses?.[0]?.containerID ?? "";
  const { taken, events } = await intercept([ending], [{ ...record("a"), originalContainer: original }]);
  assert.deepEqual([events, taken[0]?.state], [[], "Switching"]);
});

Deno.test("a Carrier that knows its configuration is left in peace", async () => {
  const one = pod("a", CARRIER);
  assert.deepEqual((await intercept([one], [record("a")])).events, ["apply in a"]);
  assert.deepEqual((await intercept([one], [record("a")])).events, []);
});

Deno.test("a pod whose record is lost goes back to what the workload gives a new one", async () => {
  const { taken } = await intercept([pod("a", CARRIER)]);
  assert.deepEqual(taken.map(({ originalImage, originalContainer }) => [originalImage, originalContainer]), [
    ["nginx:template", ""],
  ]);
});

Deno.test("suspended pods are taken again, those that serve one after the other", async () => {
  const originals = [pod("a", "nginx:1"), pod("b", "nginx:1")];
  const records = [record("a", "Suspended"), record("b", "Suspended")];
  const { taken, events } = await intercept(originals, records);
  assert.deepEqual(events, ["status: a,b", "image of a"]);
  assert.deepEqual(taken.map(({ state }) => state), ["Switching", "Suspended"]);
  const next = await intercept([pod("a", CARRIER), originals[1]!], [record("a"), record("b", "Suspended")]);
  assert.deepEqual(next.events, ["apply in a", "status: a,b", "image of b"]);
});

const beside: ModePlan = {
  ...instead,
  mode: "beside",
  restarts: 0,
  ports: [{ remote: 80, port: 80, local: 8000, protocol: "TCP", path: "kernel" }],
};

/** A scheduled pod with Carrier beside the original in this state. */
function joined(name: string, state?: V1ContainerState, { scheduled = true } = {}): V1Pod {
  const one = pod(name, "nginx:1");
  const carrier = { name: "gefyra-carrier", image: CARRIER };
  const containerID = `${name}-carrier-${ids++}`;
  return {
    ...one,
    spec: {
      ...one.spec!,
      ...(scheduled ? { nodeName: "node" } : {}),
      ...(state ? { ephemeralContainers: [carrier] } : {}),
    },
    status: {
      ...one.status,
      ...(state
        ? {
          ephemeralContainerStatuses: [
            { ...carrier, imageID: "", ready: false, restartCount: 0, containerID, state },
          ],
        }
        : {}),
    },
  };
}

Deno.test("beside, Carrier joins all pods at once, and no image is changed", async () => {
  const { taken, events } = await intercept([joined("a"), joined("b")], [], { plan: beside });
  assert.deepEqual(events, ["status: a", "Carrier joins a", "status: a,b", "Carrier joins b"]);
  assert.deepEqual(taken.map(({ mode, state, originalImage }) => [mode, state, originalImage]), [
    ["beside", "Switching", undefined],
    ["beside", "Switching", undefined],
  ]);
});

Deno.test("beside, a pod is active when its Carrier runs and is configured", async () => {
  const table: [string, V1Pod, number, InterceptedPod["state"], string[]][] = [
    ["it runs", joined("a", { running: {} }), 0, "Active", ["status: a", "apply in a"]],
    ["it ends", joined("a", { running: {} }), 137, "Switching", ["status: a", "apply in a"]],
    ["it starts", joined("a", { waiting: {} }), 0, "Switching", ["status: a"]],
    ["its image is missing", joined("a", { waiting: { reason: "ErrImagePull" } }), 0, "Restored", [
      ...["status: a", "status: a"],
    ]],
    ["no node has the pod yet", joined("a", undefined, { scheduled: false }), 0, "Switching", ["status: a"]],
  ];
  for (const [name, one, exitCode, state, expected] of table) {
    const { taken, events } = await intercept([one], [], { plan: beside, exec: () => exitCode });
    assert.deepEqual([taken[0]?.state, events], [state, expected], name);
  }
});

Deno.test("where a pod's network does not forward, that is written down", async () => {
  const { taken, later } = await intercept([joined("a", { running: {} })], [], {
    plan: beside,
    exec: () => 3,
  });
  assert.deepEqual([taken[0]?.forwards, taken[0]?.state, later], [false, "Switching", ["bridge/shop/b"]]);
});
