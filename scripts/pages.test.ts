import assert from "node:assert/strict";
import { anchorOf, blocksOf, sectionOf, shellCommands } from "./pages.ts";

const page = [
  "# Page",
  "## One",
  "```sh",
  "# a comment",
  'echo a && echo "b"',
  "",
  "gefyra run -i image \\",
  "  -N name",
  "```",
  "```json",
  "{}",
  "```",
  "## Two",
  "```sh",
  "gefyra down",
  "```",
].join("\n");

Deno.test("commands are taken from blocks of shell, one that goes on in the next line as one", () => {
  const one = ['echo a && echo "b"', "gefyra run -i image \\\n  -N name"];
  assert.deepEqual(shellCommands(page), [...one, "gefyra down"]);
  assert.deepEqual(shellCommands(sectionOf(page, "One")), one);
  assert.deepEqual(blocksOf(page, "json"), ["{}"]);
  assert.throws(() => sectionOf(page, "Three"), /Three/);
});

Deno.test("anchors are those of GitHub", () => {
  const table: [string, string][] = [
    ["Who may do what", "who-may-do-what"],
    ["A project's connection, apps", "a-projects-connection-apps"],
    ["Services with x-gefyra", "services-with-x-gefyra"],
    ["I want to …", "i-want-to-"],
  ];
  for (const [heading, anchor] of table) assert.equal(anchorOf(heading), anchor);
});
