import assert from "node:assert/strict";
import type { TreeCommand } from "../cli/completion/tree.ts";
import { commandsIn, problemOf } from "./docs-commands.ts";
import { TREE } from "./docs.ts";
import { readPages, sectionOf, shellCommands } from "./pages.ts";

const root = new URL("..", import.meta.url).pathname;

Deno.test("commands are found in blocks of shell and between backticks", () => {
  const page = [
    "Use `gefyra up`, not `up`.",
    "",
    "```sh",
    'A=1 gefyra run -N a \\\n  --volume "$PWD/x y:/src" | gefyra list && gefyra down  # comment',
    "```",
    "",
    "```text",
    "gefyra nothing",
    "```",
  ].join("\n");
  assert.deepEqual(commandsIn(page), [
    ["run", "-N", "a", "--volume", '"$PWD/x y:/src"'],
    ["list"],
    ["down"],
    ["up"],
  ]);
});

Deno.test("unknown commands and options are found", async () => {
  const tree: TreeCommand = JSON.parse(await Deno.readTextFile(root + TREE));
  const table: [string, string | undefined][] = [
    ["up --context x", undefined],
    ["lab up --name x", undefined],
    ["run -i image -- node --watch", undefined],
    ["up --contxt x", "up has no option --contxt"],
    ["lab up --nothing", "up has no option --nothing"],
    ["nothing", "there is no command nothing"],
    ["COMMAND", undefined],
  ];
  for (const [text, problem] of table) assert.equal(problemOf(text.split(" "), tree), problem, text);
});

Deno.test("the documents show commands and options that there are", async () => {
  const tree: TreeCommand = JSON.parse(await Deno.readTextFile(root + TREE));
  const pages = Object.entries(await readPages(root))
    .filter(([path]) => !/^(CHANGELOG\.md|docs\/decisions\/.*)$/.test(path));
  let shown = 0;
  for (const [page, text] of pages) {
    for (const words of commandsIn(text)) {
      shown++;
      const problem = problemOf(words, tree);
      assert.equal(problem, undefined, `${page}: gefyra ${words.join(" ")}: ${problem}`);
    }
  }
  assert.ok(shown > 100, `${shown}`);
});

Deno.test("scripts/demo runs the commands of the README's tour, in their order", async () => {
  const demo = await Deno.readTextFile(`${root}scripts/demo`);
  const commands = shellCommands(sectionOf(await Deno.readTextFile(`${root}README.md`), "The tour"))
    // It builds them one by one.
    .filter((command) => !command.includes("docker build"));
  assert.ok(commands.length > 15);
  let place = 0;
  for (const command of commands) {
    const found = demo.indexOf(command, place);
    assert.ok(found >= 0, command);
    place = found;
  }
});
