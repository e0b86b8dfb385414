import assert from "node:assert/strict";
import { type Condition, condition, withCondition } from "./conditions.ts";

const noon = "2030-01-01T12:00:00Z";
const later = new Date("2030-01-01T13:00:00.123Z");
const ready: Condition = {
  type: "Ready",
  status: "False",
  reason: "Waiting",
  message: "not yet",
  lastTransitionTime: noon,
  observedGeneration: 1,
};
const update = { type: "Ready", status: "True", reason: "Done", message: "all is well" } as const;

Deno.test("a first condition is of now, in whole seconds", () => {
  assert.deepEqual(withCondition(undefined, update, 3, later), [
    { ...update, lastTransitionTime: "2030-01-01T13:00:00Z", observedGeneration: 3 },
  ]);
});

Deno.test("the transition time moves with the status", () => {
  assert.equal(withCondition([ready], update, 2, later)[0]?.lastTransitionTime, "2030-01-01T13:00:00Z");
});

Deno.test("the transition time stays when only the reason or the message changes", () => {
  const [after] = withCondition([ready], { ...update, status: "False" }, 2, later);
  assert.equal(after?.lastTransitionTime, noon);
  assert.deepEqual([after?.reason, after?.message, after?.observedGeneration], ["Done", "all is well", 2]);
});

Deno.test("other conditions stay as they are, and none is there twice", () => {
  const other = { ...ready, type: "Suspended" };
  const after = withCondition([ready, other], update, 2, later);
  assert.deepEqual(after.map(({ type }) => type).sort(), ["Ready", "Suspended"]);
  assert.deepEqual(condition(after, "Suspended"), other);
});

Deno.test("a condition is found by its type", () => {
  assert.equal(condition([ready], "Ready"), ready);
  assert.equal(condition([ready], "Other"), undefined);
  assert.equal(condition(undefined, "Ready"), undefined);
});
