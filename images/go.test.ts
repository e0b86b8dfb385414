/** The tests of the Go modules, beside their sources: each counts as one. Go runs them before, and keeps what has passed. */
import assert from "node:assert/strict";
import { type GoResult, testModule } from "../scripts/go-tests.ts";
import { goModules, readRepository } from "../scripts/lint/sources.ts";

const root = new URL("..", import.meta.url).pathname;
const sources = await readRepository(root);
const modules = goModules(sources).filter((module) =>
  sources.some(({ path }) => path.startsWith(`${module}/`) && path.endsWith("_test.go"))
);
const results: [string, GoResult[]][] = [];
// One after the other: Go uses all cores itself.
for (const module of modules) results.push([module, await testModule(`${root}${module}`)]);

for (const [module, tests] of results) {
  for (const { folder, name, passed, output } of tests) {
    Deno.test(`${module}${folder.slice(1)}: ${name}`, () => assert.ok(passed, output));
  }
}

Deno.test("the relay has tests, and they ran", () => {
  const [, tests = []] = results.find(([module]) => module === "images/agent") ?? [];
  assert.ok(tests.filter(({ folder }) => folder === "./relay").length > 10, JSON.stringify(tests));
});
