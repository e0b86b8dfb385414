import assert from "node:assert/strict";
import { interruptedBy, throwIfInterrupted, uninterrupted } from "./interruption.ts";
import { waitFor } from "./wait.ts";

const forever = (looks: () => void) =>
  waitFor(() => Promise.resolve(looks() as unknown as boolean), {
    what: "nothing",
    timeout: 60_000,
    interval: 5,
  });

Deno.test("a wait ends with the reason of the interruption, and what undoes afterwards is not interrupted", async () => {
  const user = new AbortController(), reason = new Error("Ctrl-C");
  let looks = 0, undone = 0;
  const work = async () => {
    try {
      await forever(() => ++looks === 3 && user.abort(reason));
    } finally {
      await uninterrupted(async () => {
        await waitFor(() => Promise.resolve(++undone === 4), { what: "undo", timeout: 5_000, interval: 1 });
      });
    }
  };
  await assert.rejects(interruptedBy(user.signal, work), reason);
  assert.deepEqual([looks, undone], [3, 4]);
});

Deno.test("what runs outside is not interrupted", async () => {
  const user = new AbortController();
  user.abort(new Error("Ctrl-C"));
  throwIfInterrupted();
  await assert.rejects(interruptedBy(user.signal, () => Promise.try(throwIfInterrupted)), /Ctrl-C/);
  throwIfInterrupted();
});
