import assert from "node:assert/strict";
import { GefyraError } from "../../lib/errors.ts";
import { CARRIER, podOf } from "./fixture.ts";
import { beside, intercept, interception, replace, replaced } from "./intercept-fixture.ts";

Deno.test("where Carrier refuses, the original is restored at once, and the next attempt is later", async () => {
  let exitCode = 1;
  const pass = interception({ exec: () => exitCode });
  const refused = await pass([podOf("r", { image: CARRIER })], [replaced("r")]);
  assert.deepEqual(refused.events, ["apply in r", "status: r", "image of r"]);
  const reason = 'Cannot configure Carrier in pod "shop/r": carrier: refused';
  const [failed] = refused.taken;
  assert.deepEqual([failed?.state, failed?.cause, failed?.reason], ["Failed", "CarrierRefused", reason]);
  exitCode = 0;
  const restored = await pass([podOf("r")], refused.taken);
  assert.deepEqual([restored.events, restored.taken[0]?.state], [[], "Restored"]);
  const again = await pass([podOf("r")], restored.taken);
  assert.deepEqual([again.events, again.taken[0]?.reason], [[], reason]);
  assert.ok(again.due! > 20_000 && again.due! <= 30_000, `${again.due} ms`);
  const restarted = await intercept([podOf("r")], restored.taken);
  assert.deepEqual([restarted.events, restarted.taken[0]?.state], [["status: r", "image of r"], "Switching"]);
});

Deno.test("beside, where Carrier refuses, the bridge's share is released", async () => {
  let calls = 0;
  const exec = () => calls++ === 0 ? 1 : 0;
  const pods = [podOf("a", { scheduled: true, carrier: { running: {} } })];
  const { taken, events } = await intercept(pods, [], { plan: beside, exec });
  assert.deepEqual(events, ["status: a", "apply in a", "status: a", "apply in a"]);
  assert.deepEqual([taken[0]?.state, taken[0]?.cause], ["Restored", "CarrierRefused"]);
});

Deno.test("a pod that the cluster does not let change delays no other", async () => {
  const denied = new GefyraError("forbidden", "Cannot act on the cluster: denied by policy", {
    exit: "forbidden",
  });
  const pods = [
    podOf("a", { scheduled: true }),
    podOf("b", { scheduled: true, carrier: { running: {} } }),
  ];
  const { taken } = await intercept(pods, [], { plan: beside, denied });
  assert.deepEqual(taken.map(({ state, cause, reason }) => [state, cause, reason]), [
    ["Restored", "Forbidden", denied.message],
    ["Active", undefined, undefined],
  ]);
});

Deno.test("a pod that cannot be scheduled is named and not touched, until it has a node", async () => {
  const message = "0/1 nodes are available";
  for (const plan of [replace, beside]) {
    const one = podOf("n", { runs: false });
    one.status!.conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    const waiting = await intercept([one, podOf("b", { runs: false })], [], { plan });
    assert.deepEqual([waiting.taken[0]?.state, waiting.taken[0]?.reason], [
      "Waiting",
      `Unschedulable: ${message}`,
    ]);
    assert.ok(!waiting.events.some((event) => event.endsWith(" of n") || event.endsWith("joins n")));
    if (plan === replace) assert.ok(waiting.events.includes("image of b"));
    const scheduled = await intercept([podOf("n", { scheduled: true })], [waiting.taken[0]!], { plan });
    assert.deepEqual([scheduled.taken[0]?.state, scheduled.taken[0]?.reason], ["Switching", undefined]);
  }
});

Deno.test("a Carrier that takes long to start is checked again when it counts as slow", async () => {
  const pods = [podOf("a", { scheduled: true, carrier: { waiting: {} } })];
  const { due } = await intercept(pods, [], { plan: beside });
  assert.ok(due! > 15_000 && due! <= 20_000, `${due} ms`);
});
