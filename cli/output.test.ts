import assert from "node:assert/strict";
import { type Column, table } from "./output.ts";

interface Row {
  name: string;
  pods: number | undefined;
}
const columns: Column<Row>[] = [
  { name: "NAME", value: ({ name }) => name },
  { name: "PODS", value: ({ pods }) => pods },
  { name: "TWICE", value: ({ name }) => name + name, wide: true },
];
const rows: Row[] = [{ name: "a", pods: 3 }, { name: "longer-name", pods: undefined }];

Deno.test("rows are aligned under their headings, three spaces apart, without trailing blanks", () => {
  assert.deepEqual(table(rows, columns).split("\n"), [
    "NAME          PODS",
    "a             3",
    "longer-name",
  ]);
});

Deno.test("wide columns are shown only when they are asked for", () => {
  assert.deepEqual(table(rows, columns, true).split("\n"), [
    "NAME          PODS   TWICE",
    "a             3      aa",
    "longer-name          longer-namelonger-name",
  ]);
});

Deno.test("an empty table is its headings", () => {
  assert.equal(table([], columns), "NAME   PODS");
});

Deno.test("output is free of colours, so that it can be piped", () => {
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(table(rows, columns), /\x1b/);
});
