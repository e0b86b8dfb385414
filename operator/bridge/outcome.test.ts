import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type Observed, outcomeOf, withNotes } from "./outcome.ts";

const NO_NODE = "Unschedulable: 0/1 nodes are available";

const pod = (name: string, ready = true): V1Pod => ({
  metadata: { name, uid: `uid-${name}` },
  spec: { containers: [], nodeName: "node" },
  status: {
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    containerStatuses: [{
      ...{ name: "web", image: "", imageID: "", restartCount: 4, ready },
      state: ready ? { running: {} } : { waiting: { reason: "CrashLoopBackOff" } },
    }],
  },
});

const record = (name: string, state: InterceptedPod["state"], more: Partial<InterceptedPod> = {}) => ({
  ...{ name, uid: `uid-${name}`, mode: "beside" as const, container: "web", ports: [], state },
  ...more,
});

function outcome(
  pods: V1Pod[],
  records: InterceptedPod[],
  { reasons = [], wasActive = false, admitted = pods.length - reasons.length }: Partial<Observed> = {},
): [string, string, string] {
  const { phase, reason, message } = outcomeOf({
    target: 'Deployment "web"',
    ...{ pods, records, admitted, reasons, wasActive },
  });
  return [phase, reason, message];
}

Deno.test("the pods that run are enough, and a pod that does not is named with its reason", () => {
  const pods = [pod("a"), pod("b", false)];
  const waiting = [record("a", "Active"), record("b", "Waiting", { reason: NO_NODE })];
  const says = `1 of 2 pods are bridged; pod b: ${NO_NODE}`;
  assert.deepEqual(outcome(pods, waiting), ["Active", "PartlyBridged", says]);
  assert.deepEqual(outcome(pods, waiting, { wasActive: true }), ["Active", "PartlyBridged", says]);
  const refused = { cause: "CarrierRefused" as const, reason: "duplicate upstream" };
  for (const state of ["Failed", "Restored"] as const) {
    assert.deepEqual(outcome(pods, [record("a", "Active"), record("b", state, refused)]), [
      ...["Active", "PartlyBridged", "1 of 2 pods are bridged; pod b: duplicate upstream"],
    ]);
  }
  assert.deepEqual(outcome(pods, [record("a", "Active")], { reasons: ["no container"] }), [
    ...["Active", "PartlyBridged", "1 of 2 pods are bridged; the others cannot be: no container"],
  ]);
});

Deno.test("a bridge waits for pods on their way at first, and not once it is active", () => {
  const pods = [pod("a"), pod("b")], records = [record("a", "Active"), record("b", "Switching")];
  const count = "1 of 2 pods are bridged";
  assert.deepEqual(outcome(pods, records), ["Pending", "Switching", count]);
  assert.deepEqual(outcome(pods, records, { wasActive: true }), ["Active", "PartlyBridged", count]);
  const none = [record("a", "Switching"), record("b", "Switching")];
  assert.deepEqual(outcome(pods, none, { wasActive: true })[0], "Pending");
  const stuck = [record("a", "Active"), record("b", "Switching", { reason: "Carrier does not start" })];
  assert.deepEqual(outcome(pods, stuck), [
    "Active",
    "PartlyBridged",
    `${count}; pod b: Carrier does not start`,
  ]);
});

Deno.test("where no pod can be bridged, the first reason is the bridge's own", () => {
  const pods = [pod("a")];
  const failed = (cause: InterceptedPod["cause"]) =>
    outcome(pods, [record("a", "Restored", { cause: cause!, reason: "the text" })]);
  assert.deepEqual(failed("CarrierRefused"), ["Pending", "CarrierRefused", "pod a: the text"]);
  assert.deepEqual(failed("CarrierFailed"), ["Pending", "CarrierFailed", "pod a: the text"]);
  assert.deepEqual(failed("StowawayRefused"), ["Pending", "StowawayRefused", "pod a: the text"]);
  assert.deepEqual(failed("Forbidden"), ["Refused", "Forbidden", "pod a: the text"]);
  assert.deepEqual(failed("CannotIntercept"), ["Refused", "CannotIntercept", "pod a: the text"]);
  assert.deepEqual(outcome(pods, [record("a", "Waiting", { reason: NO_NODE })]), [
    ...["Waiting", "PodsPending", `no pod of Deployment "web" runs: pod a: ${NO_NODE}`],
  ]);
});

Deno.test("a pod that is bridged and not ready is named", () => {
  assert.deepEqual(outcome([pod("a", false)], [record("a", "Active")]), [
    "Active",
    "PartlyBridged",
    "1 of 1 pods are bridged; no Service leads to pod a, which is not ready: container web: CrashLoopBackOff",
  ]);
});

Deno.test("a pod that has left the target is not counted", () => {
  const records = [record("a", "Active"), record("left", "Restoring"), record("gone", "Active")];
  assert.equal(outcome([pod("a"), pod("b")], records)[0], "Pending");
  assert.deepEqual(outcome([pod("a")], records), ["Active", "Bridged", "1 of 1 pods are bridged"]);
});

Deno.test("TLS on a port that match should read is in the message and in the reason", () => {
  const note = "port https (443) speaks TLS";
  const told = (records: InterceptedPod[], pods = [pod("a")]) => {
    const { phase, reason, message } = withNotes(
      outcomeOf({ target: "", pods, records, admitted: pods.length, reasons: [], wasActive: true }),
      [note],
    );
    return [phase, reason, message];
  };
  const [a, b] = [record("a", "Active"), record("b", "Waiting", { reason: NO_NODE })];
  assert.deepEqual(told([a]), ["Active", "UnreadableTraffic", `1 of 1 pods are bridged; ${note}`]);
  const some = `1 of 2 pods are bridged; pod b: ${NO_NODE}; ${note}`;
  assert.deepEqual(told([a, b], [pod("a"), pod("b")]), ["Active", "PartlyBridged", some]);
});

Deno.test("of many pods, a few are named", () => {
  const names = ["b", "c", "d", "e", "f"];
  const records = names.map((name) => record(name, "Waiting", { reason: NO_NODE }));
  const [, , message] = outcome(["a", ...names].map((name) => pod(name)), [
    record("a", "Active"),
    ...records,
  ]);
  assert.match(message, /^1 of 6 pods are bridged; pod b: .*; pod d: [^;]*; and 2 more$/);
});
