import assert from "node:assert/strict";
import { Command } from "@commander-js/extra-typings";
import { withMatch } from "./match-options.ts";

Deno.test("rules are grouped in the order in which they are written", () => {
  const table: [string[], string[][] | undefined][] = [
    [[], undefined],
    [["--match", "path:/a"], [["path:/a"]]],
    [["--match", "path:/a", "--match=method:GET"], [["path:/a", "method:GET"]]],
    [["--match", "path:/a", "--or", "--match", "path:/b", "--match", "path:/c"], [["path:/a"], [
      "path:/b",
      "path:/c",
    ]]],
    [["--match", "path:/a", "--or", "--match", "path:/b", "--or", "--match", "path:/c"], [
      ["path:/a"],
      ["path:/b"],
      ["path:/c"],
    ]],
    [["--or"], [[], []]],
    [["--match", "path:/a", "--or"], [["path:/a"], []]],
  ];
  for (const [args, groups] of table) {
    const command = withMatch(new Command("bridge").option("-n, --namespace <name>"));
    const { match } = command.parse(["-n", "default", ...args], { from: "user" }).opts();
    assert.deepEqual(match, groups, args.join(" "));
  }
});
