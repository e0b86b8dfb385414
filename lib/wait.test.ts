import assert from "node:assert/strict";
import { waitFor } from "./wait.ts";

const options = { what: "a thing", timeout: 60, interval: 5 };
/** For what comes true: a busy machine takes its time. */
const patient = { ...options, timeout: 60_000 };

Deno.test("a wait ends with what is waited for, or when its time is over", async () => {
  let looks = 0;
  await waitFor(() => Promise.resolve(++looks === 3), patient);
  assert.equal(looks, 3);
  await assert.rejects(waitFor(() => Promise.resolve(false), options), /Timed out .* waiting for a thing/);
});

Deno.test("a wait goes on as long as something changes", async () => {
  let asked = 0;
  const progress = () => Math.min(++asked, 3);
  await assert.rejects(waitFor(() => Promise.resolve(false), { ...options, progress }), /Timed out/);
  assert.equal(asked, 4);
  asked = 0;
  // True in the third round at the earliest, as each round asks for the progress once.
  await waitFor(() => Promise.resolve(asked >= 3), { ...options, progress: () => ++asked });
});
