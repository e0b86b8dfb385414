import assert from "node:assert/strict";
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import type { Cluster, Selection } from "../kube/cluster.ts";
import type { Workload } from "../pods/no-pods.ts";
import { type ClusterState, explainLasting, findTrouble } from "./diagnosis.ts";

const QUOTA = 'pods "gefyra-stowaway-0" is forbidden: exceeded quota: small';

const stowaway: Workload = {
  ...{ kind: "StatefulSet", metadata: { name: "stowaway", uid: "s" } },
  ...{ spec: { replicas: 1 }, status: { replicas: 0 } },
};
const complaint = (uid: string, reason: string, message: string): CoreV1Event => ({
  ...{ metadata: {}, involvedObject: { uid }, reason, message },
});

const pod = (state: object | undefined, scheduled = true): V1Pod => ({
  metadata: { name: "operator-1", uid: "p" },
  spec: { containers: [], ...(scheduled ? { nodeName: "node" } : {}) },
  status: {
    conditions: scheduled ? [] : [{
      ...{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "Insufficient memory" },
    }],
    containerStatuses: state
      ? [{ name: "operator", image: "gefyra/operator:1", imageID: "", ready: false, restartCount: 0, state }]
      : [],
  },
});

const stateWith = (more: Partial<ClusterState>): ClusterState => ({
  workloads: [],
  pods: [],
  warnings: [],
  ...more,
});

Deno.test("the reason why Gefyra's pods are not created or do not start is named", () => {
  const table: [string, Partial<ClusterState>, RegExp | undefined][] = [
    ["nothing is wrong", { workloads: [], pods: [pod({ running: {} })] }, undefined],
    ["nobody has looked yet", { workloads: [stowaway], pods: [pod(undefined)] }, undefined],
    [
      "a quota, told by an event",
      { workloads: [stowaway], warnings: [complaint("s", "FailedCreate", QUOTA)] },
      /^Cannot create the pods of StatefulSet "gefyra\/stowaway": FailedCreate: .*exceeded quota: small$/,
    ],
    [
      "no node has room",
      { pods: [pod(undefined, false)] },
      /^Cannot run pod "gefyra\/operator-1": Unschedulable: Insufficient memory$/,
    ],
    [
      "no image",
      { pods: [pod({ waiting: { reason: "ErrImagePull", message: "not found" } })] },
      /^Cannot start "operator" in pod "gefyra\/operator-1": ErrImagePull: not found$/,
    ],
    [
      "a volume",
      {
        pods: [pod({ waiting: { reason: "ContainerCreating" } })],
        warnings: [complaint("p", "FailedMount", 'configmap "x" not found')],
      },
      /^Cannot start pod "gefyra\/operator-1": FailedMount: configmap "x" not found$/,
    ],
    [
      "a complaint that is over, as it runs",
      { pods: [pod({ running: {} })], warnings: [complaint("p", "FailedMount", "timed out")] },
      undefined,
    ],
  ];
  for (const [name, found, message] of table) {
    const trouble = findTrouble(stateWith(found), "gefyra");
    if (message) assert.match(trouble?.error.message ?? "", message, name);
    else assert.equal(trouble, undefined, name);
  }
});

Deno.test("a wait ends with a lasting problem, but not while a node is being added", async () => {
  const look = (pods: V1Pod[], promises: CoreV1Event[] = []) => {
    const list = ({ kind, fields }: Selection) =>
      Promise.resolve(kind === "Pod" ? pods : fields?.includes("TriggeredScaleUp") ? promises : []);
    return explainLasting({ list } as unknown as Cluster, "gefyra");
  };
  const full = look([pod(undefined, false)]);
  assert.equal(await full(0), undefined);
  assert.equal(await full(7_000), undefined);
  assert.equal((await full(8_000))?.id, "pod-unschedulable");
  const growing = look([pod(undefined, false)], [complaint("p", "TriggeredScaleUp", "1->2")]);
  assert.equal(await growing(0), undefined);
  assert.equal(await growing(60_000), undefined);
  const crashing = look([pod({ waiting: { reason: "CrashLoopBackOff" } })]);
  assert.equal((await crashing(0))?.id, "pod-failed");
});
