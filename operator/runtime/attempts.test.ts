import assert from "node:assert/strict";
import { createAttempts, type Delays } from "./attempts.ts";
import { createState } from "./state.ts";

Deno.test("each failure doubles the delay, and another wish has none", () => {
  const attempts = createAttempts();
  const delayAfter = (key: string, wanted: string, now: number, delays?: Delays) => {
    attempts.fail(key, wanted, delays, now);
    return attempts.remaining(key, wanted, now);
  };
  assert.equal(attempts.remaining("b/p", "one", 0), 0);
  assert.equal(delayAfter("b/p", "one", 0), 1_000);
  assert.equal(attempts.remaining("b/p", "one", 400), 600);
  assert.equal(attempts.remaining("b/other", "one", 400), 0);
  assert.equal(attempts.remaining("b/p", "two", 400), 0);
  assert.equal(delayAfter("b/p", "one", 1_000), 2_000);
  assert.equal(delayAfter("b/p", "two", 2_000), 1_000);
  for (let i = 0; i < 20; i++) attempts.fail("b/p", "two", undefined, 0);
  assert.equal(delayAfter("b/p", "two", 0), 60_000);
  assert.equal(delayAfter("c/p", "one", 0, { first: 5, longest: 8 }), 5);
  assert.equal(delayAfter("c/p", "one", 0, { first: 5, longest: 8 }), 8);
  attempts.succeed("b/p");
  assert.equal(attempts.remaining("b/p", "two", 0), 0);
});

Deno.test("the age of an attempt counts from its start; a failure or a success ends it", () => {
  const attempts = createAttempts();
  assert.equal(attempts.age("b/p", 1_000), 0);
  attempts.start("b/p", 2_000);
  attempts.start("b/p", 3_000);
  assert.equal(attempts.age("b/p", 4_000), 2_000);
  attempts.fail("b/p", "one", undefined, 5_000);
  assert.equal(attempts.age("b/p", 6_000), 0);
  attempts.start("b/p", 7_000);
  attempts.succeed("b/p");
  assert.equal(attempts.age("b/p", 8_000), 0);
});

Deno.test("attempts are forgotten with the state that holds them", () => {
  const state = createState(), attempts = createAttempts(state);
  attempts.fail("b/p", "one", undefined, 0);
  attempts.start("b/p", 0);
  state.prune((uid) => uid !== "b");
  assert.equal(attempts.remaining("b/p", "one", 0), 0);
  assert.equal(attempts.age("b/p", 9_000), 0);
});
