import assert from "node:assert/strict";
import { splitWords } from "./command-line.ts";

Deno.test("a command line is split as a shell splits it", () => {
  const table: [string, string[]][] = [
    ["", []],
    ["  ", []],
    ["sleep 5", ["sleep", "5"]],
    ["  a\tb \n c ", ["a", "b", "c"]],
    [`sh -c 'echo "a b"'`, ["sh", "-c", `echo "a b"`]],
    [`"a b"'c d'e`, ["a bc de"]],
    [`a '' ""`, ["a", "", ""]],
    [String.raw`a\ b \"c\'`, ["a b", `"c'`]],
    [String.raw`"\"\\\$\a"`, [String.raw`"\$\a`]],
    [String.raw`'\n'`, [String.raw`\n`]],
  ];
  for (const [line, words] of table) assert.deepEqual(splitWords(line), words, line);
});

Deno.test("nothing in a command line is expanded", () => {
  assert.deepEqual(splitWords("echo $HOME `id` $(id) * ~ a;b|c>d"), [
    "echo",
    "$HOME",
    "`id`",
    "$(id)",
    "*",
    "~",
    "a;b|c>d",
  ]);
});

Deno.test("an open quote is refused", () => {
  for (const line of [`echo 'a`, `echo "a`, String.raw`"a\"`]) {
    assert.throws(() => splitWords(line), { id: "command-invalid", exit: "usage" }, line);
  }
});
