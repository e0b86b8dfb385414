import assert from "node:assert/strict";
import { isInteractive } from "./interactive.ts";

Deno.test("somebody sits at a terminal, unless it is one of a CI job or a dumb one", () => {
  const table: [boolean, Record<string, string>, boolean][] = [
    [true, { TERM: "xterm" }, true],
    [true, {}, true],
    [false, { TERM: "xterm" }, false],
    [true, { CI: "true" }, false],
    [true, { CI: "1" }, false],
    [true, { CI: "" }, true],
    [true, { CI: "false" }, true],
    [true, { TERM: "dumb" }, false],
  ];
  for (const [terminal, env, expected] of table) {
    assert.equal(isInteractive(terminal, (name) => env[name]), expected, JSON.stringify(env));
  }
});
