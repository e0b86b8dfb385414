import assert from "node:assert/strict";
import type { CoreV1Event } from "@kubernetes/client-node";
import { failedCreate, type Workload } from "./no-pods.ts";

const QUOTA = 'pods "web-1" is forbidden: exceeded quota: small';

const event = (uid: string): CoreV1Event => ({
  ...{ metadata: {}, involvedObject: { uid }, reason: "FailedCreate", message: QUOTA },
});
const failure = {
  ...{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: QUOTA },
};

Deno.test("a workload that cannot make its pods has a reason, and one that has its pods has none", () => {
  const set = (replicas: number, there: number): Workload => ({
    ...{ kind: "StatefulSet", metadata: { uid: "a" }, spec: { replicas }, status: { replicas: there } },
  });
  const deployment = (conditions: (typeof failure)[], there = 0): Workload => ({
    ...{ kind: "Deployment", spec: { replicas: 1 }, status: { replicas: there, conditions } },
  });
  const daemons = (there: number): Workload => ({
    ...{ kind: "DaemonSet", metadata: { uid: "a" } },
    status: { desiredNumberScheduled: 2, currentNumberScheduled: there },
  });
  const says = `FailedCreate: ${QUOTA}`;
  const table: [string, Workload, CoreV1Event[], string | undefined][] = [
    ["a deployment's condition", deployment([failure]), [], says],
    ["one that is over", deployment([{ ...failure, status: "False" }]), [], undefined],
    ["one with its pods", deployment([failure], 1), [], undefined],
    ["a deployment that has none", deployment([]), [event("a")], undefined],
    ["an event of a StatefulSet", set(1, 0), [event("b"), event("a")], says],
    ["an old one, as it is scaled to 0", set(0, 0), [event("a")], undefined],
    ["an event of something else", set(1, 0), [event("b")], undefined],
    ["an event of a DaemonSet", daemons(1), [event("a")], says],
    ["a DaemonSet that has all", daemons(2), [event("a")], undefined],
  ];
  for (const [name, workload, events, why] of table) {
    assert.equal(failedCreate(workload, events), why, name);
  }
});
