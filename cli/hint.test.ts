import assert from "node:assert/strict";
import { exitCodes, type ExitReason, GefyraError } from "../lib/errors.ts";
import { hintOf } from "./hint.ts";

Deno.test("an error that the user cannot solve ends with the command that collects what a report needs", () => {
  const bundle = /`gefyra support-bundle` collects what a report needs$/;
  assert.match(hintOf(new TypeError("x is undefined"))!, bundle);
  assert.match(hintOf("thrown text")!, bundle);
  const withoutHint = (exit: ExitReason) => hintOf(new GefyraError("id", "Cannot act", { exit }));
  for (const exit of Object.keys(exitCodes) as (keyof typeof exitCodes)[]) {
    if (exit === "ok") continue;
    if (exit === "failure" || exit === "timeout") assert.match(withoutHint(exit)!, bundle, exit);
    else assert.equal(withoutHint(exit), undefined, exit);
  }
});

Deno.test("an error's own hint stays", () => {
  assert.equal(hintOf(new GefyraError("id", "Cannot act", { hint: "do this" })), "do this");
});
