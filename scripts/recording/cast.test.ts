import assert from "node:assert/strict";
import { type Cast, fromScript, read, withPausesUpTo, write } from "./cast.ts";

Deno.test("a session of script(1): times add up, and a character in two parts is one", () => {
  const log = new TextEncoder().encode("Script started on …\na✔b\nScript done on …");
  assert.deepEqual(fromScript("0.5 2\n0.25 3\n", log), [[0.5, "a"], [0.75, "✔b"]]);
  assert.throws(() => fromScript("nothing", log), /cannot read/);
});

Deno.test("only longer pauses are shortened", () => {
  const events: Cast["events"] = [[1, "a"], [6, "b"], [6.5, "c"], [20, "d"]];
  assert.deepEqual(withPausesUpTo(2, events), [[1, "a"], [3, "b"], [3.5, "c"], [5.5, "d"]]);
});

Deno.test("what is written is read again", () => {
  const cast: Cast = { size: { columns: 80, rows: 24 }, title: "t", events: [[0.1, "a\r\n"], [1.234, "✔"]] };
  const text = write(cast);
  assert.deepEqual(read(text), cast);
  assert.equal(text.split("\n")[1], '[0.1,"o","a\\r\\n"]');
});
