import assert from "node:assert/strict";

/** What a program prints on a terminal of its own, without colours. */
async function onTerminal(program: string): Promise<string> {
  const line = `stty rows 24 cols 80; '${Deno.execPath()}' eval --quiet '${program}'`;
  const { stdout } = await new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    // A CI job has a terminal for this test only.
    env: { TERM: "xterm", CI: "", NO_COLOR: "1" },
    stdin: "null",
  }).output();
  // deno-lint-ignore no-control-regex
  return new TextDecoder().decode(stdout).replaceAll(/\x1b\[[?\d;]*[A-Za-z]/g, "");
}

Deno.test("on a terminal, a step ends with its note and, if it was long, its time", async () => {
  const file = new URL("progress.ts", import.meta.url);
  const text = await onTerminal(`
    const { progress } = await import("${file}");
    const { step } = progress({ verbose: false, quiet: false });
    await step("A long step", async (note) => {
      note("done");
      await new Promise((resolve) => setTimeout(resolve, 1_100));
    });
    await step("A short step", () => Promise.resolve());
  `);
  assert.match(text, /A long step: done \[1\.[1-9]s\]/);
  assert.match(text, /A short step\s*$/);
  assert.doesNotMatch(text, /undefined/);
});
