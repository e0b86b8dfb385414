import assert from "node:assert/strict";
import { startAttempts } from "./attempts.ts";

Deno.test("what fails is tried again later and later, and at once when something else is wanted", () => {
  const attempts = startAttempts();
  assert.equal(attempts.wait("b/p", "one", 0), 0);
  assert.equal(attempts.failed("b/p", "one", undefined, 0), 1_000);
  assert.equal(attempts.wait("b/p", "one", 400), 600);
  assert.equal(attempts.wait("b/other", "one", 400), 0);
  assert.equal(attempts.wait("b/p", "two", 400), 0);
  assert.equal(attempts.failed("b/p", "one", undefined, 1_000), 2_000);
  assert.equal(attempts.failed("b/p", "two", undefined, 2_000), 1_000);
  for (let i = 0; i < 20; i++) attempts.failed("b/p", "two", undefined, 0);
  assert.equal(attempts.failed("b/p", "two", undefined, 0), 60_000);
  assert.equal(attempts.failed("c/p", "one", { first: 5, longest: 8 }, 0), 5);
  assert.equal(attempts.failed("c/p", "one", { first: 5, longest: 8 }, 0), 8);
  attempts.succeeded("b/p");
  assert.equal(attempts.wait("b/p", "two", 0), 0);
});

Deno.test("the age of an attempt counts from its first look, and a failure begins it anew", () => {
  const attempts = startAttempts();
  assert.equal(attempts.age("b/p", 1_000), 0);
  assert.equal(attempts.age("b/p", 4_000), 3_000);
  attempts.failed("b/p", "one", undefined, 5_000);
  assert.equal(attempts.age("b/p", 6_000), 0);
  attempts.forget("b/");
  assert.equal(attempts.age("b/p", 9_000), 0);
  assert.equal(attempts.wait("b/p", "one", 5_000), 0);
});
