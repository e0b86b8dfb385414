import assert from "node:assert/strict";
import type { V1ContainerStatus, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import type { InterceptedPod } from "../api/bridge.ts";
import { restorePod, toCarrier, toOriginal } from "./pod-image.ts";

const record: InterceptedPod = {
  name: "web-1",
  uid: "1",
  mode: "replace",
  container: "web",
  ports: [],
  originalImage: "nginx:1",
  originalContainer: "c-original",
  carrierContainer: "c-carrier",
  state: "Active",
};

const running = (containerID: string, ready = true): Partial<V1ContainerStatus> => ({
  containerID,
  ready,
  state: { running: {} },
});

const crashing = (ended: string): Partial<V1ContainerStatus> => ({
  ...{ containerID: ended, ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
  lastState: { terminated: { exitCode: 3, containerID: ended } },
});
const unpulled = (image: string): Partial<V1ContainerStatus> => ({
  ...{
    ready: false,
    state: { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling "${image}"` } },
  },
});

const unscheduled = (image: string, spec: object = {}): V1Pod => ({
  metadata: { name: "web-1", namespace: "shop", uid: "1" },
  spec: { containers: [{ name: "web", image }], ...spec },
  status: { phase: "Pending" },
});

function pod(
  image: string,
  status: Partial<V1ContainerStatus>,
  more: { metadata?: object; phase?: string } = {},
): V1Pod {
  return {
    metadata: { name: "web-1", namespace: "shop", uid: "1", ...more.metadata },
    spec: { containers: [{ name: "sidecar", image: "other" }, { name: "web", image }] },
    status: {
      phase: more.phase ?? "Running",
      containerStatuses: [{ name: "web", image: "anything", ...status } as V1ContainerStatus],
    },
  };
}

/** Whether the pod is restored, and what was patched for it. */
async function restore(found: V1Pod | undefined) {
  const patches: unknown[] = [];
  const cluster = {
    get: () => Promise.resolve(found),
    patch: (_ref: unknown, body: unknown, options: unknown) => {
      patches.push([body, options]);
      return Promise.resolve(undefined);
    },
  } as Partial<Cluster> as Cluster;
  return { done: await restorePod(cluster, "shop", "web", record), patches };
}

Deno.test("a pod is restored when a ready container other than Carrier's has the original image", async () => {
  const table: [string, V1Pod | undefined, boolean][] = [
    ["the original is ready", pod("nginx:1", running("c-new")), true],
    ["it is not ready yet", pod("nginx:1", running("c-new", false)), false],
    ["Carrier still runs", pod("nginx:1", running("c-carrier")), false],
    ["nothing runs", pod("nginx:1", { containerID: "c-new", state: { waiting: {} } }), false],
    ["the original ends again and again", pod("nginx:1", crashing("c-new")), true],
    ["Carrier has ended for the last time", pod("nginx:1", crashing("c-carrier")), false],
    ["the original's image is gone", pod("nginx:1", unpulled("nginx:1")), true],
    ["its status is still that of Carrier's image", pod("nginx:1", unpulled("gefyra/carrier:1")), false],
    ["the pod has no node", unscheduled("nginx:1"), true],
    ["its node has not reported it", unscheduled("nginx:1", { nodeName: "w1" }), false],
    ["the pod is gone", undefined, true],
    ["another pod has its name", pod("carrier", running("c-x"), { metadata: { uid: "2" } }), true],
    [
      "the pod is being deleted",
      pod("carrier", running("c-x"), { metadata: { deletionTimestamp: new Date() } }),
      true,
    ],
    ["the pod has ended", pod("carrier", {}, { phase: "Failed" }), true],
    ["the pod is done", pod("carrier", {}, { phase: "Succeeded" }), true],
  ];
  for (const [name, found, done] of table) {
    assert.deepEqual(await restore(found), { done, patches: [] }, name);
  }
});

const NOTE = "original-image.gefyra.dev/web";
const noted = (original: string, image = "gefyra/carrier:1") =>
  pod(image, running("c-carrier"), { metadata: { annotations: { [NOTE]: original } } });

Deno.test("the image that the pod notes is restored with its note, and nothing else changes", async () => {
  assert.deepEqual(await restore(noted("nginx:2")), {
    done: false,
    patches: [[
      {
        metadata: { uid: "1", annotations: { [NOTE]: null } },
        spec: { containers: [{ name: "web", image: "nginx:2" }] },
      },
      { strategic: true },
    ]],
  });
});

Deno.test("a record alone changes no image: it may be anybody's who may write the status", async () => {
  for (const image of ["gefyra/carrier:1", "nginx:7"]) {
    assert.deepEqual(await restore(pod(image, running("c-x"))), { done: true, patches: [] }, image);
  }
});

Deno.test("Carrier's image comes with a note of the original, also in an older Carrier's place", () => {
  assert.deepEqual(toCarrier(pod("nginx:1", {}), "web", "carrier:2"), {
    image: "carrier:2",
    original: "nginx:1",
  });
  assert.deepEqual(toCarrier(noted("nginx:1"), "web", "carrier:2"), {
    image: "carrier:2",
    original: "nginx:1",
  });
  assert.deepEqual(toOriginal(noted("nginx:1"), "web"), { image: "nginx:1", original: null });
  assert.equal(toOriginal(noted("nginx:1"), "sidecar"), undefined);
});

Deno.test("a pod that was never touched, or has its original already, is left alone", async () => {
  for (const state of ["Waiting", "Restored"] as const) {
    const done = await restorePod({} as Cluster, "shop", "web", { ...record, state });
    assert.equal(done, true);
  }
});
