import assert from "node:assert/strict";
import { figures } from "./figures.ts";
import { withFigures } from "./page.ts";
import { permille, summary } from "./report.ts";

Deno.test("a summary has the middle value, or the mean of the two in the middle", () => {
  assert.deepEqual(summary("s", [3, 1, 2]), { unit: "s", n: 3, median: 2, min: 1, max: 3 });
  assert.deepEqual(summary("s", [4, 1, 2, 3.12345]), { unit: "s", n: 4, median: 2.56, min: 1, max: 4 });
});

Deno.test("of a thousand values 999 do not exceed the permille, and of few the largest is it", () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => 1000 - i);
  assert.equal(permille(thousand, 999), 999);
  assert.equal(permille(thousand, 500), 500);
  assert.equal(permille([3, 9, 1], 999), 9);
  assert.throws(() => permille([], 999));
});

Deno.test("figures have names of their own in snake case", () => {
  const names = figures.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]+(_[a-z0-9]+)*$/);
});

Deno.test("the page names every figure, measured or not, and keeps its text", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/benchmarks.md", import.meta.url));
  const report = { commit: "abc", date: "2026-01-02T03:04:05Z", machine: { cores: 2 }, figures: {} };
  const written = withFigures(page, figures, report);
  assert.equal(withFigures(written, figures, report), written);
  for (const { name } of figures) assert.ok(written.includes(`\`${name}\``));
  assert.ok(written.startsWith(page.slice(0, 200)));
});
