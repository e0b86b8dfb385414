import assert from "node:assert/strict";
import type { V1ContainerState, V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import { addCarrier, ephemeralContainer, type Placement, placementOf } from "./ephemeral.ts";

const IMAGE = "gefyra/carrier:1";

/** A pod with ephemeral containers: name, image, and the state that the kubelet reports, if any. */
function podWith(...containers: [name: string, image: string, state?: V1ContainerState][]): V1Pod {
  return {
    metadata: { name: "web-1", namespace: "shop" },
    spec: {
      containers: [{ name: "web" }],
      ephemeralContainers: containers.map(([name, image]) => ({ name, image })),
    },
    status: {
      ephemeralContainerStatuses: containers.flatMap(([name, image, state]) =>
        state
          ? [{ name, image, imageID: "", ready: false, restartCount: 0, containerID: `id-${name}`, state }]
          : []
      ),
    },
  };
}

const running = { running: {} };
const ended = { terminated: { exitCode: 1 } };

Deno.test("a running Carrier is used again, and one that has ended is followed by another", () => {
  const first = "gefyra-carrier", second = "gefyra-carrier-2";
  const table: [string, V1Pod, Placement][] = [
    ["no ephemeral container", { spec: { containers: [] } }, { state: "absent", name: first }],
    ["it has a debug container", podWith(["debugger", "busybox", running]), { state: "absent", name: first }],
    ["it runs", podWith([first, IMAGE, running]), { state: "running", name: first, id: `id-${first}` }],
    ["the kubelet has not seen it", podWith([first, IMAGE]), { state: "starting", name: first }],
    [
      "the kubelet is preparing it",
      podWith([first, IMAGE, { waiting: { reason: "PodInitializing" } }]),
      { state: "starting", name: first },
    ],
    [
      "its image cannot be pulled",
      podWith([first, IMAGE, { waiting: { reason: "ErrImagePull", message: "no such host" } }]),
      { state: "failed", name: first, reason: "ErrImagePull: no such host" },
    ],
    [
      "a reason without a message",
      podWith([first, IMAGE, { waiting: { reason: "ImagePullBackOff" } }]),
      { state: "failed", name: first, reason: "ImagePullBackOff" },
    ],
    ["it has ended", podWith([first, IMAGE, ended]), { state: "absent", name: second }],
    [
      "its successor runs",
      podWith([first, IMAGE, ended], [second, IMAGE, running]),
      { state: "running", name: second, id: `id-${second}` },
    ],
    ["another version runs", podWith([first, "gefyra/carrier:0", running]), {
      state: "absent",
      name: second,
    }],
  ];
  for (const [name, pod, expected] of table) assert.deepEqual(placementOf(pod, IMAGE), expected, name);
});

Deno.test("where Carrier's image is not known, any of them is Carrier", () => {
  const pod = podWith(["gefyra-carrier", "gefyra/carrier:0", running]);
  assert.equal(placementOf(pod, undefined).state, "running");
});

Deno.test("Carrier joins with one capability, whatever user the pod sets", () => {
  assert.deepEqual(ephemeralContainer("gefyra-carrier", IMAGE).securityContext, {
    runAsUser: 0,
    runAsNonRoot: false,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] },
  });
});

Deno.test("Carrier is added to the existing ephemeral containers, over their own subresource", async () => {
  const patches: unknown[][] = [];
  const patch = (...args: unknown[]) => {
    patches.push(args);
    return Promise.resolve(undefined);
  };
  await addCarrier({ patch } as Partial<Cluster> as Cluster, podWith(), "gefyra-carrier-2", IMAGE);
  assert.deepEqual(patches, [[
    { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web-1" },
    { spec: { ephemeralContainers: [ephemeralContainer("gefyra-carrier-2", IMAGE)] } },
    { strategic: true, subresource: "ephemeralcontainers" },
  ]]);
});
