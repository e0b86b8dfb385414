import assert from "node:assert/strict";
import { sums, withSums } from "./compile.ts";

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

Deno.test("a later call adds its sums, and replaces those of the same names", () => {
  const line = (digit: string, name: string) => `${digit.repeat(64)}  ${name}\n`;
  const earlier = line("1", "a") + line("2", "b");
  assert.equal(
    withSums(earlier, line("3", "b") + line("4", "c")),
    line("1", "a") + line("3", "b") + line("4", "c"),
  );
  assert.equal(withSums("", line("3", "b")), line("3", "b"));
});
