import assert from "node:assert/strict";
import { causesOf, exitCodes, GefyraError, messageOf } from "./errors.ts";

Deno.test("exit codes never change: scripts rely on them", () => {
  assert.deepEqual(exitCodes, {
    ...{ ok: 0, failure: 1, usage: 2, notFound: 3, unreachable: 4 },
    ...{ forbidden: 5, refused: 6, timeout: 7, conflict: 8, interrupted: 130 },
  });
});

Deno.test("an error without a cause has no cause property", () => {
  assert.ok(!("cause" in new GefyraError("id", "Cannot act")));
});

Deno.test("the text of anything that was thrown", () => {
  const table: [unknown, string][] = [
    [new Error("text"), "text"],
    ["text", "text"],
    [{ message: "of an event" }, "of an event"],
    [{ type: "error", message: "", error: new Error("within") }, "within"],
    [new TypeError(""), "TypeError"],
    [undefined, "undefined"],
  ];
  for (const [thrown, text] of table) assert.equal(messageOf(thrown), text);
});

Deno.test("causes are listed from the nearest to the last, each once, and none as undefined", () => {
  const root = new Error("connection refused"), fetching = new TypeError("fetch failed", { cause: root });
  const event = { type: "error", error: fetching };
  assert.deepEqual(causesOf(new GefyraError("id", "Cannot act", { cause: event })), [
    "TypeError: fetch failed",
    "connection refused",
  ]);
  assert.deepEqual(causesOf(new GefyraError("id", "Cannot act")), []);
  const circle: { message: string; cause?: unknown } = { message: "round" };
  circle.cause = circle;
  assert.deepEqual(causesOf(circle), []);
});
