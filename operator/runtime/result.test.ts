import assert from "node:assert/strict";
import { earliest, requeueAfter } from "./result.ts";

Deno.test("of several times the earliest counts, and steps that ask for none do not", () => {
  const soon = requeueAfter(50, 1_000), late = requeueAfter(5_000, 1_000);
  assert.deepEqual(soon, { requeueAt: 1_050 });
  assert.deepEqual(earliest(late, {}, soon), { requeueAt: 1_050 });
  assert.deepEqual(earliest({ ...soon, error: "not a time" } as object, late), { requeueAt: 1_050 });
  assert.deepEqual(earliest({}, {}), {});
});
