import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { coalesced, createSerial } from "./serial.ts";

Deno.test("works of one key follow each other, also after a failure; those of another key do not wait", async () => {
  const serial = createSerial(), done: string[] = [];
  const work = (name: string, milliseconds: number) => async () => {
    done.push(`${name} begins`);
    await delay(milliseconds);
    done.push(`${name} ends`);
    if (name === "a1") throw new Error("a1 failed");
  };
  const results = await Promise.allSettled([
    serial("a", work("a1", 20)),
    serial("a", work("a2", 0)),
    serial("b", work("b1", 0)),
  ]);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "fulfilled", "fulfilled"]);
  assert.deepEqual(done, ["a1 begins", "b1 begins", "b1 ends", "a1 ends", "a2 begins", "a2 ends"]);
});

Deno.test("calls during a run share the next, which sees what was there when they called", async () => {
  let state = 0;
  const seen: number[] = [];
  const apply = coalesced(async () => {
    const now = state;
    seen.push(now);
    await delay(10);
    return now;
  });
  const first = apply();
  await delay(1);
  state = 1;
  const second = apply();
  state = 2;
  const third = apply();
  assert.deepEqual(await Promise.all([first, second, third]), [0, 2, 2]);
  assert.deepEqual(seen, [0, 2]);
});

Deno.test("a failed run fails its own callers only", async () => {
  let runs = 0;
  const apply = coalesced(() => ++runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve(runs));
  const failed = assert.rejects(apply(), { message: "no" });
  await delay(0);
  const second = apply();
  await failed;
  assert.equal(await second, 2);
});
