import assert from "node:assert/strict";
import { checkTerminal } from "./terminal.ts";
import { withoutDockersIt } from "./run-options.ts";

Deno.test("-it means what it means to docker, but for the container's own words", () => {
  const both = ["--interactive", "--tty"];
  const table: [string[], string[]][] = [
    [["-it", "-i", "app"], [...both, "-i", "app"]],
    [["-ti"], both],
    [["-i", "t"], ["-i", "t"]],
    [["-i", "app", "--", "ls", "-it"], ["-i", "app", "--", "ls", "-it"]],
  ];
  for (const [words, expected] of table) assert.deepEqual(withoutDockersIt(words), expected, words.join(" "));
});

Deno.test("a terminal without one is refused, as docker does", () => {
  const both = { interactive: true, tty: true };
  assert.throws(() => checkTerminal(both, false), { id: "terminal-missing", exit: "usage" });
  checkTerminal(both, true);
  checkTerminal({ interactive: true, tty: false }, false);
  checkTerminal({ interactive: false, tty: true }, false);
});
