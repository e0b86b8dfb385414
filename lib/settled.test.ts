import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { allSettled } from "./settled.ts";

Deno.test("a failure is thrown when all have ended", async () => {
  let ended = false;
  const slow = delay(50).then(() => void (ended = true));
  await assert.rejects(allSettled([Promise.reject(new Error("no")), slow]), /no/);
  assert.ok(ended);
});

Deno.test("the answers keep their order", async () => {
  assert.deepEqual(await allSettled([Promise.resolve(1), Promise.resolve("two")]), [1, "two"]);
});
