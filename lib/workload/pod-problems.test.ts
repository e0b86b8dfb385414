import assert from "node:assert/strict";
import type { V1ContainerStatus, V1Pod, V1PodCondition } from "@kubernetes/client-node";
import { isHopeless, whyNotReady, whyUnscheduled } from "./pod-problems.ts";

const NO_NODE = "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules";

function pod(
  conditions: Partial<V1PodCondition>[],
  containers: Partial<V1ContainerStatus>[] = [],
  nodeName?: string,
): V1Pod {
  return {
    spec: { containers: [], ...(nodeName ? { nodeName } : {}) },
    status: {
      conditions: conditions as V1PodCondition[],
      containerStatuses: containers.map((
        one,
      ) => ({ name: "web", ready: false, ...one } as V1ContainerStatus)),
    },
  };
}

const unscheduled = {
  type: "PodScheduled",
  status: "False",
  reason: "Unschedulable",
  message: `${NO_NODE}.`,
};
const notReady = { type: "Ready", status: "False", reason: "ContainersNotReady" };

Deno.test("a pod that no node takes says the scheduler's reason", () => {
  const table: [string, V1Pod, string | undefined][] = [
    ["no node fits", pod([unscheduled]), `Unschedulable: ${NO_NODE}`],
    ["the scheduler has not looked yet", pod([]), undefined],
    ["a node has it", pod([unscheduled], [], "worker"), undefined],
    [
      "it is gated",
      pod([{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }]),
      "SchedulingGated",
    ],
  ];
  for (const [name, one, why] of table) assert.equal(whyUnscheduled(one), why, name);
});

Deno.test("a pod that is not ready says which container is not, and why", () => {
  const crashing = {
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting failed container" } },
    lastState: { terminated: { exitCode: 3 } },
  };
  const unpulled = { state: { waiting: { reason: "ErrImagePull", message: "not found" } } };
  const table: [string, V1Pod, string | undefined][] = [
    ["it is ready", pod([{ type: "Ready", status: "True" }]), undefined],
    ["no node fits", pod([unscheduled]), `Unschedulable: ${NO_NODE}`],
    [
      "it crashes",
      pod([notReady], [crashing], "worker"),
      "container web: CrashLoopBackOff, ended with exit code 3",
    ],
    ["its image is missing", pod([notReady], [unpulled], "w"), "container web: ErrImagePull: not found"],
    ["its probe fails", pod([notReady], [{ state: { running: {} } }], "w"), "container web: not ready"],
    [
      "it has ended",
      pod([notReady], [{ state: { terminated: { exitCode: 1 } } }], "w"),
      "container web: ended with exit code 1",
    ],
    [
      "a readiness gate is shut",
      pod([notReady], [{ ready: true, state: { running: {} } }], "w"),
      "its condition Ready is not true",
    ],
  ];
  for (const [name, one, why] of table) assert.equal(whyNotReady(one), why, name);
});

Deno.test("waiting is hopeless when the image or the container cannot be made, and only then", () => {
  for (
    const reason of [
      "ErrImagePull",
      "ImagePullBackOff",
      "InvalidImageName",
      "CreateContainerConfigError",
      "RunContainerError",
    ]
  ) {
    assert.ok(isHopeless(reason), reason);
  }
  for (const reason of ["ContainerCreating", "PodInitializing", "CrashLoopBackOff"]) {
    assert.ok(!isHopeless(reason), reason);
  }
});
