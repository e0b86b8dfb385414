import assert from "node:assert/strict";
import { withoutModule } from "./bundle.ts";

Deno.test("what a module that is left out would have brought is undefined", () => {
  const named = `a();import{B as b,C as $c}from"./x/y.js";export{b,$c}`;
  assert.equal(withoutModule(named, "./x/y.js"), "a();const{B:b,C:$c}={};export{b,$c}");
  const all = `import*as n from"./z.js";f(n)`;
  assert.equal(withoutModule(all, "./z.js"), "const n={};f(n)");
});

Deno.test("a module that is not imported, or twice, is not left out silently", () => {
  assert.throws(() => withoutModule("a();", "./z.js"), /z\.js: it is imported 0 times/);
  const twice = `import*as n from"./z.js";import*as m from"./z.js";`;
  assert.throws(() => withoutModule(twice, "./z.js"), /2 times/);
});
