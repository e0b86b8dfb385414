import assert from "node:assert/strict";
import { isReady } from "./ready.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const object = (kind: string, status: Json, spec: Json = { replicas: 2 }, more: Json = {}) => ({
  kind,
  metadata: { generation: 2, ...more },
  spec,
  status,
});
const done = {
  observedGeneration: 2,
  replicas: 2,
  updatedReplicas: 2,
  availableReplicas: 2,
  readyReplicas: 2,
};

const table: [what: string, object: Json, ready: boolean][] = [
  ["a deployment that is rolled out", object("Deployment", done), true],
  ["one that is changed and not seen yet", object("Deployment", { ...done, observedGeneration: 1 }), false],
  ["one with an old pod", object("Deployment", { ...done, replicas: 3 }), false],
  ["one with a new pod that is missing", object("Deployment", { ...done, updatedReplicas: 1 }), false],
  ["one that is not available", object("Deployment", { ...done, availableReplicas: 1 }), false],
  ["one that goes", object("Deployment", done, { replicas: 2 }, { deletionTimestamp: "now" }), false],
  ["one without pods", object("Deployment", { observedGeneration: 2 }, { replicas: 0 }), true],
  ["a stateful set that is ready", object("StatefulSet", done), true],
  ["one that is not", object("StatefulSet", { ...done, readyReplicas: 1 }), false],
  ["a replica set that is ready", object("ReplicaSet", done), true],
  ["one that is not", object("ReplicaSet", { ...done, readyReplicas: 0 }), false],
  [
    "a daemon set on all nodes",
    object("DaemonSet", {
      observedGeneration: 2,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    }, {}),
    true,
  ],
  [
    "one on half of them",
    object("DaemonSet", {
      observedGeneration: 2,
      desiredNumberScheduled: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 1,
    }, {}),
    false,
  ],
  ["a pod that is ready", object("Pod", { conditions: [{ type: "Ready", status: "True" }] }), true],
  ["one that is not", object("Pod", { conditions: [{ type: "Ready", status: "False" }] }), false],
  ["one that nobody has looked at", object("Pod", {}), false],
];

for (const [what, object, ready] of table) {
  Deno.test(`ready: ${what}, ${object.kind}`, () => assert.equal(isReady(object), ready));
}
