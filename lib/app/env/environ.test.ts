import assert from "node:assert/strict";
import { isIntact, parseEnviron } from "./environ.ts";
import { localVariables, staysOut } from "./local.ts";
import { mergeEnvironment } from "./merge.ts";
import { combine } from "./process.ts";

const environ = (...entries: string[]) => entries.map((entry) => `${entry}\0`).join("");

Deno.test("a process's environment is read entry by entry", () => {
  const text = environ("A=1", "EMPTY=", "LINES_OF=a\nb", "EQ=a=b", "A=second", "=odd", "nonsense");
  assert.deepEqual(
    [...parseEnviron(text)],
    [["A", "1"], ["EMPTY", ""], ["LINES_OF", "a\nb"], ["EQ", "a=b"]],
  );
});

Deno.test("an environment that its process has overwritten is recognised", () => {
  const table: [string, boolean][] = [
    [environ("A=1", "B="), true],
    ["", false],
    ["A=1", false],
    ["nginx: master process\0\0\0\0", false],
    [`aemon off;\0\0\0${environ("B=2")}`, false],
    [environ("A=1", ""), false],
  ];
  for (const [text, intact] of table) assert.equal(isIntact(text), intact, JSON.stringify(text));
});

Deno.test("process 1 has the last word, unless it has overwritten its environment", () => {
  const given = environ("A=given", "GONE=1");
  assert.deepEqual(combine(given, environ("A=exported", "NEW=1")), {
    variables: new Map([["A", "exported"], ["NEW", "1"]]),
    notes: [],
  });
  const { variables, notes } = combine(given, "nginx: master\0\0\0");
  assert.deepEqual(variables, new Map([["A", "given"], ["GONE", "1"]]));
  assert.match(notes.join(), /process 1 does not show its environment/);
});

Deno.test("a value that is not UTF-8 is left out and named", () => {
  const { variables, notes } = combine("", environ("A=\uFFFD", "B=ok"));
  assert.deepEqual([...variables], [["B", "ok"]]);
  assert.deepEqual(notes, ["A is left out: its value is not UTF-8"]);
});

Deno.test("what makes no sense on this machine stays out", () => {
  const variables = new Map([
    ...["PATH", "HOME", "HOSTNAME", "PWD", "LD_PRELOAD"].map((name) => [name, "x"] as const),
    ...["KUBERNETES_SERVICE_HOST", "toString", "PATH_TO"].map((name) => [name, "y"] as const),
  ]);
  const kept = [...localVariables(variables).keys()];
  assert.deepEqual(kept, ["KUBERNETES_SERVICE_HOST", "toString", "PATH_TO"]);
});

Deno.test("own variables win over those of files, and these over those of the cluster", () => {
  const merged = mergeEnvironment({
    from: [new Map([["A", "1"], ["B", "1"], ["PATH", "/x"]]), new Map([["A", "2"], ["D", "2"], ["X", ""]])],
    files: ["B=file", "C=file"],
    own: ["C=own", "PATH=/mine", "D"],
  });
  assert.deepEqual(merged, ["A=2", "B=file", "D", "X=", "C=own", "PATH=/mine"]);
});

Deno.test("the documentation lists all that stays out", async () => {
  const page = await Deno.readTextFile(new URL("../../../docs/like.md", import.meta.url));
  for (const name of Object.keys(staysOut)) assert.ok(page.includes(`\`${name}\``), name);
});
