import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { GefyraError } from "../../lib/errors.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { podOf } from "./fixture.ts";
import { beside, intercept } from "./intercept-fixture.ts";

const plan = beside;
const running = (name: string): V1Pod => podOf(name, { scheduled: true, carrier: { running: {} } });

Deno.test("beside, Carrier joins all pods at once, and no image is changed", async () => {
  const pods = [podOf("a", { scheduled: true }), podOf("b", { scheduled: true })];
  const { taken, events } = await intercept(pods, [], { plan });
  assert.deepEqual(events, ["status: a,b", "Carrier joins a", "Carrier joins b"]);
  assert.deepEqual(taken.map(({ mode, state, originalImage }) => [mode, state, originalImage]), [
    ["beside", "Switching", undefined],
    ["beside", "Switching", undefined],
  ]);
});

Deno.test("beside, a pod is active when its Carrier runs and is configured", async () => {
  const waiting = (reason?: string) =>
    podOf("a", { scheduled: true, carrier: { waiting: reason ? { reason } : {} } });
  const table: [string, V1Pod, number, InterceptedPod["state"], string[]][] = [
    ["it runs", running("a"), 0, "Active", ["status: a", "apply in a"]],
    ["it ends", running("a"), 137, "Switching", ["status: a", "apply in a"]],
    ["it starts", waiting(), 0, "Switching", ["status: a"]],
    ["its image is missing", waiting("ErrImagePull"), 0, "Restored", ["status: a", "status: a"]],
    ["the pod has no node yet", podOf("a"), 0, "Switching", ["status: a"]],
  ];
  for (const [name, one, exitCode, state, expected] of table) {
    const { taken, events } = await intercept([one], [], { plan, exec: () => exitCode });
    assert.deepEqual([taken[0]?.state, events], [state, expected], name);
  }
});

Deno.test("a Carrier that does not answer is named, and may have its configuration all the same", async () => {
  const exec = () => {
    throw new GefyraError("unreachable-pod", "Cannot run carrier: no answer after 10 s");
  };
  const { taken } = await intercept([running("a")], [], { plan, exec });
  const [record] = taken;
  assert.deepEqual([record?.state, record?.cause, record?.carrierContainer], [
    "Switching",
    "Unreachable",
    "a-carrier",
  ]);
});

Deno.test("a pod whose network does not forward is recorded as such, and tried again", async () => {
  const { taken, due } = await intercept([running("a")], [], { plan, exec: () => 3 });
  assert.deepEqual([taken[0]?.forwards, taken[0]?.state], [false, "Switching"]);
  assert.ok(due! > 0 && due! <= 300, `${due} ms`);
});
