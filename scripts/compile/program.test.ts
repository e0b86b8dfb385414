import assert from "node:assert/strict";
import { explainCompile } from "./program.ts";

Deno.test("a runtime that cannot be fetched is told as such, anything else as it is", () => {
  const fetched = new Error("error: Failed to fetch https://dl.deno.land/release/v2/denort-x86_64.zip");
  assert.match(
    explainCompile("linux-x64", fetched).message,
    /^Cannot compile for linux-x64: denort, .* cannot be/,
  );
  assert.match(
    explainCompile("linux-x64", new Error("TS2322")).message,
    /^Cannot compile for linux-x64: TS2322$/,
  );
});
