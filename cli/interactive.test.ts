import assert from "node:assert/strict";
import { asksForJson, isInteractive } from "./interactive.ts";

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

Deno.test("an error is JSON if the command's own options ask for it", () => {
  const table: [string[], boolean][] = [
    [["list", "-o", "json"], true],
    [["list", "-ojson"], true],
    [["list", "--output=json"], true],
    [["list", "-o", "yaml"], false],
    [["run", "-i", "tools", "--", "kubectl", "get", "pods", "-o", "json"], false],
    [["run", "-o", "json", "--", "kubectl"], true],
  ];
  for (const [args, expected] of table) assert.equal(asksForJson(args), expected, args.join(" "));
});
