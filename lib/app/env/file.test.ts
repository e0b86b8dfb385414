import assert from "node:assert/strict";
import { parseEnvFile } from "./file.ts";

const shell: Record<string, string> = { HOME: "/home/me", EMPTY: "" };
const parsed = (text: string) => parseEnvFile("app.env", text, (name) => shell[name]);

Deno.test("an env file is read as docker reads it", () => {
  const table: [string, string[]][] = [
    ["", []],
    ["A=1", ["A=1"]],
    ["A=1\nB=2\n", ["A=1", "B=2"]],
    ["\uFEFFA=1\r\nB=2\r\n", ["A=1", "B=2"]],
    ["# a comment\n\n   \n  # another\nA=1 # not a comment", ["A=1 # not a comment"]],
    ["  A= spaces stay ", ["A= spaces stay "]],
    [`A="quoted"\nB='$HOME'`, [`A="quoted"`, `B='$HOME'`]],
    ["A=", ["A="]],
    ["A=b=c", ["A=b=c"]],
    ["HOME\nEMPTY\nUNSET", ["HOME=/home/me", "EMPTY="]],
  ];
  for (const [text, expected] of table) assert.deepEqual(parsed(text), expected, text);
});

Deno.test("an invalid line of an env file is named by its number, without its text", () => {
  const table: [string, string][] = [
    ["A=1\n=secret", 'Cannot read line 2 of "app.env": it has no name'],
    ["export A=secret", 'Cannot read line 1 of "app.env": its name has spaces'],
    ["A =1", 'Cannot read line 1 of "app.env": its name has spaces'],
  ];
  for (const [text, message] of table) {
    assert.throws(() => parsed(text), { id: "env-file-invalid", exit: "usage", message }, text);
  }
});
