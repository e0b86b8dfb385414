import assert from "node:assert/strict";
import { createState } from "./state.ts";

Deno.test("state goes with the object that it is about, in all maps, and with either of two", () => {
  const state = createState();
  const pods = state.byUid<number>(), attempts = state.byUid<string>();
  pods.set("pod-1", 1).set("pod-2", 2);
  attempts.set("bridge-1/pod-1", "a").set("bridge-1/pod-2", "b").set("bridge-2/pod-1", "c");
  const existing = new Set(["bridge-1", "pod-1"]);
  state.prune((uid) => existing.has(uid));
  assert.deepEqual([...pods.keys()], ["pod-1"]);
  assert.deepEqual([...attempts.keys()], ["bridge-1/pod-1"]);
});
