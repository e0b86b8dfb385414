import assert from "node:assert/strict";
import tree from "../completion/tree.json" with { type: "json" };
import type { TreeCommand } from "../completion/tree.ts";
import { questionOf } from "../completion/words.ts";
import { missingOf, withWord } from "./missing.ts";

const missing = (line: string, id: string, flag?: string) => {
  const found = missingOf({ id, flag }, questionOf(tree as TreeCommand, [...line.split(" "), ""]));
  return found && (found.flag ?? "<argument>");
};

Deno.test("a person is asked for what an error says is missing, and for nothing else", () => {
  const mandatory = "commander.missingMandatoryOptionValue", argument = "commander.missingArgument";
  const table: [string, string, string | undefined, string | undefined][] = [
    ["bridge", mandatory, "--name", "--name"],
    ["bridge", mandatory, "--something", undefined],
    ["bridge -N app", "target-invalid", undefined, "--target"],
    ["bridge -N app --target sofa/web", "target-invalid", undefined, undefined],
    ["bridge -N app --deployment web --target x/y", "target-invalid", undefined, undefined],
    ["env sofa/web", "target-invalid", undefined, undefined],
    ["bridge -N app --target svc/web", "port-missing", undefined, "--port"],
    ["bridge -N app --target deploy/web -p 80", "container-unclear", undefined, "--container-name"],
    ["run --like deploy/web", "container-unclear", undefined, undefined],
    ["list", "connection-unclear", undefined, "--connection"],
    ["unbridge", "bridge-unclear", undefined, "--name"],
    ["unbridge --all -N x", "bridge-unclear", undefined, undefined],
    ["unbridge -N x", "bridge-unclear", undefined, undefined],
    ["logs", argument, undefined, "<argument>"],
    ["rm", argument, undefined, "<argument>"],
    ["env", argument, undefined, "<argument>"],
    ["exec", argument, undefined, undefined],
    ["completion", argument, undefined, undefined],
    ["bridge", "docker-unreachable", undefined, undefined],
  ];
  for (const [line, id, flag, expected] of table) {
    assert.equal(missing(line, id, flag), expected, `${line}: ${id}`);
  }
});

Deno.test("what was picked comes where the command reads it", () => {
  const flag = { flag: "--connection", title: "" };
  assert.deepEqual(withWord(["exec", "app", "--", "sh"], ["exec"], flag, "c"), [
    ...["exec", "--connection", "c", "app", "--", "sh"],
  ]);
  assert.deepEqual(withWord(["compose", "up", "-f", "up"], ["compose", "up"], flag, "c"), [
    ...["compose", "up", "--connection", "c", "-f", "up"],
  ]);
  assert.deepEqual(withWord(["logs", "-f"], ["logs"], { title: "" }, "app"), ["logs", "-f", "app"]);
});
