import assert from "node:assert/strict";
import { parseDuration, within } from "./interruptible.ts";
import { GefyraError } from "../lib/errors.ts";
import { waitFor } from "../lib/wait.ts";

Deno.test("durations are written as for kubectl", () => {
  const table: [string, number][] = [["30s", 30_000], ["1m30s", 90_000], ["1.5h", 5_400_000], ["0.5s", 500]];
  for (const [text, ms] of table) assert.equal(parseDuration(text), ms, text);
  for (const text of ["", "30", "s", "0s", "-1s", "1m 30s", "soon", "25d", "86401s"]) {
    assert.throws(() => parseDuration(text), /It must be a duration/, text);
  }
});

Deno.test("a wait ends when the time is over, with the exit code of a timeout", async () => {
  const forever = () =>
    waitFor(() => Promise.resolve(false), { what: "nothing", timeout: 60_000, interval: 5 });
  await assert.rejects(within({ timeout: 30 }, forever), (error) => {
    assert.ok(error instanceof GefyraError);
    assert.deepEqual([error.id, error.exit, error.message], [
      ...["timeout", "timeout", "Timed out after 0.03 s (--timeout)"],
    ]);
    return true;
  });
  assert.equal(await within({}, () => Promise.resolve(1)), 1);
});

/** A program that waits, and takes its time to undo. */
const program = `
import { GefyraError, exitCodes } from "./lib/errors.ts";
import { uninterrupted } from "./lib/interruption.ts";
import { waitFor } from "./lib/wait.ts";
import { interruptible } from "./cli/interruptible.ts";
const forever = (ms) => waitFor(() => Promise.resolve(false), { what: "it", timeout: ms, interval: 10 });
try {
  await interruptible({}, async () => {
    try {
      console.log("begun");
      await forever(20_000);
    } catch (error) {
      await uninterrupted(() => forever(1_000)).catch(() => console.log("undone"));
      throw error;
    }
  });
} catch (error) {
  console.log(error.id);
  Deno.exit(exitCodes[error.exit]);
}`;

async function interrupted(times: number): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", "--ext=ts", "-"],
    cwd: new URL("..", import.meta.url).pathname,
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  let stdout = "", stderr = "";
  const read = async (stream: ReadableStream<Uint8Array>, add: (text: string) => void) => {
    for await (const chunk of stream) add(new TextDecoder().decode(chunk));
  };
  const out = read(child.stdout, (text) => {
    if (!stdout) child.kill("SIGINT");
    stdout += text;
  });
  const err = read(child.stderr, (text) => {
    if (!stderr && times > 1) child.kill("SIGINT");
    stderr += text;
  });
  const { code } = await child.status;
  await Promise.all([out, err]);
  return { code, stdout, stderr };
}

Deno.test("Ctrl-C undoes what was begun and ends with 130; a second one does not wait for that", async () => {
  const once = await interrupted(1);
  assert.deepEqual([once.code, once.stdout], [130, "begun\nundone\ninterrupted\n"], once.stderr);
  assert.match(once.stderr, /^Undoing what was begun/);
  const twice = await interrupted(2);
  assert.deepEqual([twice.code, twice.stdout], [130, "begun\n"], twice.stderr);
});
