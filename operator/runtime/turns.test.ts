import assert from "node:assert/strict";
import { createTurns } from "./turns.ts";

const groupOf = (key: string) => key.split("/")[0]!;
const any = () => true;

Deno.test("groups take turns, whoever has many keys", () => {
  const turns = createTurns(groupOf);
  for (let i = 0; i < 1000; i++) turns.add(`flood/${i}`);
  turns.add("shop/a");
  turns.add("shop/b");
  const taken = Array.from({ length: 5 }, () => turns.take(any, any));
  assert.deepEqual(taken, ["flood/0", "shop/a", "flood/1", "shop/b", "flood/2"]);
});

Deno.test("a key waits once, and not at all when it is deleted", () => {
  const turns = createTurns(groupOf);
  turns.add("a/1");
  turns.add("a/1");
  turns.add("a/2");
  turns.delete("a/2");
  assert.deepEqual([turns.has("a/1"), turns.has("a/2")], [true, false]);
  assert.deepEqual([turns.take(any, any), turns.take(any, any)], ["a/1", undefined]);
});

Deno.test("a group that may have none, and a key that may not be taken, hold up no other", () => {
  const turns = createTurns(groupOf);
  for (const key of ["full/1", "a/running", "a/2"]) turns.add(key);
  const take = () => turns.take((group) => group !== "full", (key) => key !== "a/running");
  assert.deepEqual([take(), take()], ["a/2", undefined]);
  assert.equal(turns.take(any, any), "full/1");
});
