import assert from "node:assert/strict";
import { startQueue } from "./queue.ts";

const settled = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("a key that waits is done once, one that runs is done again", async () => {
  const done: string[] = [];
  const queue = startQueue(async (key) => {
    done.push(key);
    if (done.length === 1) queue.add("a");
    await Promise.resolve();
  }, assert.fail);
  queue.add("a");
  queue.add("a");
  queue.add("b");
  await settled();
  assert.deepEqual(done, ["a", "b", "a"]);
  await queue.stop();
});

Deno.test("a failure is reported and tried again, and does not hold up the others", async () => {
  const done: string[] = [], failed: string[] = [];
  const queue = startQueue((key) => {
    done.push(key);
    return key === "bad" && failed.length === 0 ? Promise.reject(new Error("once")) : Promise.resolve();
  }, (key) => failed.push(key));
  queue.add("bad");
  queue.add("good");
  await settled(400);
  assert.deepEqual(done, ["bad", "good", "bad"]);
  assert.deepEqual(failed, ["bad"]);
  await queue.stop();
});

Deno.test("nothing is begun after stop", async () => {
  const done: string[] = [];
  const queue = startQueue((key) => Promise.resolve(void done.push(key)), assert.fail);
  queue.addLater("late", 10);
  await queue.stop();
  queue.add("after");
  await settled();
  assert.deepEqual(done, []);
});

Deno.test("of several times for a key the earliest counts, whichever was named first", async () => {
  const done: string[] = [];
  const queue = startQueue((key) => Promise.resolve(void done.push(key)), assert.fail);
  queue.addLater("a", 10_000);
  queue.addLater("a", 10);
  queue.addLater("a", 10_000);
  await settled(60);
  assert.deepEqual(done, ["a"]);
  await queue.stop();
});
