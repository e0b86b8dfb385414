import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import waitFor from "p-wait-for";
import { startQueue } from "./queue.ts";
import { requeueAfter, type Result } from "./result.ts";

const recorder = (done: string[]) => (key: string): Promise<Result> => {
  done.push(key);
  return Promise.resolve({});
};
/** Fails after 10 s: each key is due within milliseconds, or not at all. */
const until = (condition: () => boolean) => waitFor(condition, { interval: 5, timeout: 10_000 });
const settled = (milliseconds = 20) => delay(milliseconds);

Deno.test("a key that waits is done once, one that runs is done again", async () => {
  const done: string[] = [];
  const queue = startQueue(async (key) => {
    done.push(key);
    if (done.length === 1) queue.add("a");
    return await Promise.resolve({});
  }, assert.fail);
  queue.add("a");
  queue.add("a");
  queue.add("b");
  await until(() => done.length === 3);
  assert.deepEqual(done, ["a", "b", "a"]);
  await queue.stop();
});

Deno.test("a failure is reported and tried again, and does not hold up the others", async () => {
  const done: string[] = [], failed: string[] = [];
  const queue = startQueue(
    (key) => {
      done.push(key);
      return key === "bad" && failed.length === 0 ? Promise.reject(new Error("once")) : Promise.resolve({});
    },
    (key) => failed.push(key),
    { first: 20, longest: 20 },
  );
  queue.add("bad");
  queue.add("good");
  await until(() => done.length === 3);
  assert.deepEqual(done, ["bad", "good", "bad"]);
  assert.deepEqual(failed, ["bad"]);
  await queue.stop();
});

Deno.test("nothing is begun after stop", async () => {
  const done: string[] = [];
  const queue = startQueue(recorder(done), assert.fail);
  queue.addAfter("late", 10);
  await queue.stop();
  queue.add("after");
  await settled();
  assert.deepEqual(done, []);
});

Deno.test("of several times for a key the earliest counts, whichever was named first", async () => {
  const done: string[] = [];
  const queue = startQueue(recorder(done), assert.fail);
  queue.addAfter("a", 10_000);
  queue.addAfter("a", 10);
  queue.addAfter("a", 10_000);
  await until(() => done.length > 0);
  await settled();
  assert.deepEqual(done, ["a"]);
  await queue.stop();
});

Deno.test("a pass says when its key is due again", async () => {
  const done: string[] = [];
  const queue = startQueue((key) => {
    done.push(key);
    return Promise.resolve(done.length === 1 ? requeueAfter(10) : {});
  }, assert.fail);
  queue.add("a");
  await until(() => done.length === 2);
  await settled(50);
  assert.deepEqual(done, ["a", "a"]);
  await queue.stop();
});

Deno.test("the delay that a pass asks for runs while the pass goes on", async () => {
  let passes = 0;
  const queue = startQueue(() => {
    // As if the pass had asked for a minute, and had taken one.
    return Promise.resolve(++passes === 1 ? requeueAfter(60_000, Date.now() - 60_000) : {});
  }, assert.fail);
  queue.add("a");
  await until(() => passes === 2);
  await queue.stop();
});

Deno.test("after a failed pass, the earlier of its own time and the delay of failures counts", async () => {
  const table: [requeueAfterMs: number, failureDelayMs: number][] = [[10, 60_000], [60_000, 10]];
  for (const [milliseconds, first] of table) {
    let passes = 0;
    const failed: unknown[] = [], error = new Error("half done");
    const queue = startQueue(
      () => Promise.resolve(++passes === 1 ? { ...requeueAfter(milliseconds), error } : {}),
      (_, error) => failed.push(error),
      { first, longest: 60_000 },
    );
    queue.add("a");
    await until(() => passes === 2);
    assert.deepEqual(failed, [error]);
    await queue.stop();
  }
});

Deno.test("a pass that waits holds up no other key, and its own key waits for it", async () => {
  const done: string[] = [];
  const hung = Promise.withResolvers<void>();
  const queue = startQueue(async (key) => {
    if (key === "hung" && !done.includes("hung")) {
      done.push("hung");
      await hung.promise;
    } else done.push(key);
    return {};
  }, assert.fail);
  queue.add("hung");
  queue.add("other");
  await until(() => done.length === 2);
  queue.add("hung");
  queue.add("other");
  await until(() => done.length === 3);
  await settled();
  assert.deepEqual(done, ["hung", "other", "other"]);
  hung.resolve();
  await until(() => done.length === 4);
  await queue.stop();
});

Deno.test("no more passes run at the same time than there are workers", async () => {
  let running = 0, most = 0, passes = 0;
  const queue = startQueue(
    async () => {
      most = Math.max(most, ++running);
      await settled(2);
      running--;
      passes++;
      return {};
    },
    assert.fail,
    { workers: 3 },
  );
  for (let i = 0; i < 10; i++) queue.add(`${i}`);
  await until(() => passes === 10);
  assert.equal(most, 3);
  await queue.stop();
});

Deno.test("thousands of keys of one namespace hold up no other, nor do they all run at once", async () => {
  const hung = Promise.withResolvers<void>();
  let flood = 0;
  const others: string[] = [];
  const queue = startQueue(
    async (key) => {
      if (!key.startsWith("bridge/flood/")) others.push(key);
      else {
        flood++;
        await hung.promise;
      }
      return {};
    },
    assert.fail,
    { workers: 8 },
  );
  for (let i = 0; i < 1_000; i++) queue.add(`bridge/flood/${i}`);
  for (const key of ["bridge/shop/a", "client/me", "tunnel"]) queue.add(key);
  await until(() => others.length === 3);
  assert.equal(flood, 2);
  hung.resolve();
  await until(() => flood === 1_000);
  await queue.stop();
});
