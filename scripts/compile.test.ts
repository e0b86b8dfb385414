import assert from "node:assert/strict";
import { chosenTargets, explainCompile, sums } from "./compile.ts";

Deno.test("all targets are compiled for, or those that are named", () => {
  const all = ["linux-x64", "linux-arm64", "macos-x64", "macos-arm64", "windows-x64"];
  assert.deepEqual(chosenTargets([]), all);
  assert.deepEqual(chosenTargets(["windows-x64"]), ["windows-x64"]);
  assert.throws(() => chosenTargets(["linux-x64", "plan9"]), /Unknown targets: plan9/);
});

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

Deno.test("the sums are those that sha256sum checks", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a`, "abc");
    // FIPS 180-2, appendix B.1.
    const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert.equal(await sums(folder, ["a"]), `${digest}  a\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
