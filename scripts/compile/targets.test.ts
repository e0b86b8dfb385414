import assert from "node:assert/strict";
import { chosenTargets } from "./targets.ts";

Deno.test("all targets are compiled for, or those that are named", () => {
  const names = (chosen: string[]) => chosenTargets(chosen).map(({ name }) => name);
  const all = ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64", "windows-x64"];
  assert.deepEqual(names([]), all);
  assert.deepEqual(names(["windows-x64"]), ["windows-x64"]);
  assert.throws(() => names(["linux-x64", "plan9"]), /Unknown targets: plan9/);
});
