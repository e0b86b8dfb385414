import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import type { PodState } from "../../lib/api/phases.ts";
import { CARRIER, fixture, podOf, SOURCE } from "./fixture.ts";
import { beside, intercept, interception, replace, replaced } from "./intercept-fixture.ts";
import { interceptPods } from "./pods.ts";

/** With Carrier in the container's place. */
const carried = (name: string, more: { ready?: boolean; runs?: boolean } = {}): V1Pod =>
  podOf(name, { image: CARRIER, ...more });

Deno.test("the original is written down before the pod is changed", async () => {
  const { taken, events } = await intercept([podOf("a", { id: "first" })]);
  assert.deepEqual(events, ["status: a", "image of a"]);
  assert.deepEqual(taken, [{ ...replaced("a", "Switching"), originalContainer: "first" }]);
});

Deno.test("a record that somebody else has written does not choose what is replaced, nor by what", async () => {
  const forged = (state: PodState, more: Partial<InterceptedPod> = {}) => [
    { ...replaced("a", state), container: "db", originalImage: "evil:1", ...more },
  ];
  for (const state of ["Active", "Switching", "Suspended", "Failed", "Waiting"] as const) {
    const { taken, images } = await intercept([podOf("a")], forged(state));
    assert.deepEqual(images, [`${CARRIER}, original nginx:1`], state);
    assert.deepEqual(taken.map(({ container, originalImage }) => [container, originalImage]), [
      ["web", "nginx:1"],
    ], state);
    const other = await intercept([podOf("a", { scheduled: true })], forged(state), { plan: beside });
    assert.deepEqual(other.events.at(-1), "Carrier joins a", state);
  }
});

Deno.test("a pod that serves waits until the one before is bridged", async () => {
  const b = podOf("b");
  assert.deepEqual((await intercept([podOf("a"), b])).events, ["status: a", "image of a"]);
  assert.deepEqual((await intercept([carried("a"), b], [replaced("a")])).events, [
    "apply in a",
    "status: a,b",
    "image of b",
  ]);
  const unready = carried("a", { ready: false });
  assert.deepEqual((await intercept([unready, b], [replaced("a", "Switching")])).events, ["apply in a"]);
});

Deno.test("a pod that does not serve yet is taken at once", async () => {
  const pods = [carried("a", { runs: false }), podOf("b", { runs: false })];
  const { events } = await intercept(pods, [replaced("a", "Switching")]);
  assert.deepEqual(events, ["status: a,b", "image of b"]);
});

Deno.test("a pod is active when its Carrier is configured and ready", async () => {
  const state = async (one: V1Pod, exec = () => 0) =>
    (await intercept([one], [replaced("a", "Switching")], { exec })).taken.map(({ state }) => state);
  assert.deepEqual(await state(carried("a")), ["Active"]);
  assert.deepEqual(await state(carried("a", { ready: false })), ["Switching"]);
  assert.deepEqual(await state(carried("a", { runs: false })), ["Switching"]);
  assert.deepEqual(await state(carried("a"), () => 137), ["Switching"]);
});

Deno.test("the original that is still ending is not configured as Carrier", async () => {
  const records = [{ ...replaced("a"), originalContainer: "original" }];
  const { taken, events } = await intercept([podOf("a", { image: CARRIER, id: "original" })], records);
  assert.deepEqual([events, taken[0]?.state], [[], "Switching"]);
});

Deno.test("a Carrier that has its configuration is not configured again", async () => {
  const pass = interception();
  assert.deepEqual((await pass([carried("a")], [replaced("a")])).events, ["apply in a"]);
  assert.deepEqual((await pass([carried("a")], [replaced("a")])).events, []);
});

Deno.test("the address of a pod on its node's network is recorded before its Carrier is configured", async () => {
  const ready = carried("a"), onNode = { ...ready, spec: { ...ready.spec!, hostNetwork: true } };
  const { address: _, ...unknown } = replaced("a");
  const pass = interception();
  const first = await pass([onNode], [unknown]);
  assert.deepEqual(first.events, ["source in a"]);
  assert.deepEqual(first.taken.map(({ state, address }) => [state, address]), [["Switching", SOURCE]]);
  assert.ok(first.due! <= 50, `${first.due} ms`);
  const second = await pass([onNode], first.taken);
  assert.deepEqual(second.events, ["apply in a"]);
  assert.deepEqual(second.taken.map(({ state, address }) => [state, address]), [["Active", SOURCE]]);
});

Deno.test("a record has the pod's address of today", async () => {
  const moved = carried("a");
  moved.status!.podIP = "10.1.0.9";
  const { taken, events } = await intercept([moved], [replaced("a")]);
  assert.deepEqual(events, ["status: a", "apply in a"]);
  assert.deepEqual(taken.map(({ address }) => address), ["10.1.0.9"]);
});

Deno.test("a pod whose record is lost gets the image that the workload gives a new pod", async () => {
  const { taken, images } = await intercept([podOf("a", { image: CARRIER, original: undefined })]);
  assert.deepEqual(images, [`${CARRIER}, original nginx:template`], "and the pod notes it");
  assert.deepEqual(taken.map(({ originalImage, originalContainer }) => [originalImage, originalContainer]), [
    ["nginx:template", ""],
  ]);
});

Deno.test("suspended pods are taken again, those that serve one by one", async () => {
  const originals = [podOf("a"), podOf("b")];
  const records = [replaced("a", "Suspended"), replaced("b", "Suspended")];
  const { taken, events } = await intercept(originals, records);
  assert.deepEqual(events, ["status: a,b", "image of a"]);
  assert.deepEqual(taken.map(({ state }) => state), ["Switching", "Suspended"]);
  const next = await intercept([carried("a"), originals[1]!], [replaced("a"), replaced("b", "Suspended")]);
  assert.deepEqual(next.events, ["apply in a", "status: a,b", "image of b"]);
});

Deno.test("what is refused before the kubelet reports Carrier may have been refused by the original that still runs", async () => {
  const pass = interception({ exec: () => 1 });
  const created = await pass([podOf("a", { scheduled: true })]);
  const early = await pass([carried("a", { runs: false })], created.taken);
  assert.deepEqual([early.events, early.taken[0]?.state], [["apply in a"], "Switching"]);
  const reported = await pass([carried("a")], early.taken);
  assert.equal(reported.taken[0]?.cause, "CarrierRefused");
});

Deno.test("a Carrier that has just been created is tried again soon, before the kubelet reports it", async () => {
  for (const plan of [replace, beside]) {
    const pass = interception({ plan, exec: () => 137 });
    const created = await pass([podOf("a", { scheduled: true })]);
    const starting = plan === replace
      ? carried("a", { runs: false })
      : podOf("a", { scheduled: true, carrier: { waiting: {} } });
    const early = await pass([starting], created.taken);
    assert.deepEqual(early.events, ["apply in a"], plan.mode);
    for (const { due } of [created, early]) assert.ok(due! > 0 && due! <= 50, `${plan.mode}: ${due} ms`);
    const restarted = await intercept([starting], created.taken, { plan });
    assert.deepEqual(restarted.events, [], `${plan.mode}: a restarted operator waits for the kubelet`);
  }
});

Deno.test("an error about one pod ends the pass, but what another pod asked for still counts", async () => {
  const { context, bridge, shared, set } = fixture({});
  const pods = [podOf("a", { scheduled: true }), podOf("b", { scheduled: true })];
  set({ pods });
  const error = new Error("no answer"), { patch } = shared.cluster;
  shared.cluster.patch = (ref, ...rest) =>
    ref.name === "b" && ref.kind === "Pod" ? Promise.reject(error) : patch(ref, ...rest);
  const result = await interceptPods(context, {
    bridge: bridge(),
    pods: pods.map((pod) => ({ pod, plan: beside })),
    stowaway: "10.0.0.9",
    ensureForwards: () => Promise.resolve(),
    templateImage: () => undefined,
  });
  assert.equal(result.error, error);
  assert.ok(result.requeueAt! <= Date.now() + 50);
});
