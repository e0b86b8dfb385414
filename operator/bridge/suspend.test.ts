import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { bridgeOf, CARRIER, dueIn, fixture, podOf, recordOf } from "./fixture.ts";
import { suspendBridge } from "./suspend.ts";

const beside = recordOf("a", { carrierContainer: "c-a" });
const replaced = recordOf("b", {
  ...{ mode: "replace", carrierContainer: "c-b", originalImage: "nginx:1", originalContainer: "before" },
});

/** One pass over a bridge whose client is silent. */
async function suspend(records: InterceptedPod[], pods: V1Pod[]) {
  const { context, bridge, events } = fixture({
    bridge: bridgeOf(records),
    pods,
    describe: ({ phase, pods }) => `status: ${phase} ${pods?.map(({ state }) => state)}`,
  });
  const isDue = dueIn(await suspendBridge(context, bridge())) !== undefined;
  return { events: events(), isDue, status: bridge().status! };
}

Deno.test("beside, the bridge's share is released, and the record is written before", async () => {
  const { events, isDue, status } = await suspend([beside], [podOf("a", { carrier: { running: {} } })]);
  assert.deepEqual(events, ["status: Active Suspended", "apply in a", "status: Suspended Suspended"]);
  assert.equal(isDue, false);
  const conditions = status.conditions?.map(({ status, reason }) => [status, reason]);
  assert.deepEqual(conditions, [["False", "ClientSilent"]]);
  assert.deepEqual(status.pods, [{ ...beside, state: "Suspended" }]);
});

Deno.test("in mode replace the original image is restored, and its name stays in the record", async () => {
  const { events, isDue, status } = await suspend([replaced], [podOf("b", { image: CARRIER, id: "c-b" })]);
  assert.deepEqual(events, ["status: Active Suspended", "image of b", "status: Suspended Suspended"]);
  assert.equal(isDue, true);
  assert.deepEqual(status.pods, [{ ...replaced, state: "Suspended" }]);
});

Deno.test("the restored original is the one that Carrier replaces on resuming", async () => {
  const { events, isDue, status } = await suspend([replaced], [podOf("b", { id: "after" })]);
  assert.deepEqual(events, ["status: Active Suspended", "status: Suspended Suspended"]);
  assert.equal(isDue, false);
  const { carrierContainer: _, ...rest } = replaced;
  assert.deepEqual(status.pods, [{ ...rest, originalContainer: "after", state: "Suspended" }]);
});

Deno.test("an original that is not ready yet is checked again", async () => {
  assert.equal((await suspend([replaced], [podOf("b", { id: "after", ready: false })])).isDue, true);
});
