import assert from "node:assert/strict";
import { environment } from "./own.ts";

const shell: Record<string, string> = { HOME: "/home/me", EMPTY: "" };
const valueOf = (name: string) => shell[name];

Deno.test("environment variables are passed on as docker run does it", () => {
  const table: [string, string][] = [
    ["A=1", "A=1"],
    ["A=", "A="],
    ["A=b=c", "A=b=c"],
    ["HOME", "HOME=/home/me"],
    ["EMPTY", "EMPTY="],
    ["UNSET", "UNSET"],
  ];
  for (const [text, expected] of table) assert.deepEqual(environment([text], valueOf), [expected], text);
});

Deno.test("an environment variable without a name is refused", () => {
  for (const text of ["", "=", "=x"]) {
    assert.throws(() => environment(["A=1", text], valueOf), { id: "env-invalid", exit: "usage" }, text);
  }
});
