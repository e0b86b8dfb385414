/** What cannot be done is said in one error with a remedy. */
import assert from "node:assert/strict";
import { exitCodes, type ExitReason } from "../../../lib/errors.ts";
import { tryGefyra } from "./gefyra.ts";

export interface Refusal {
  name: string;
  args: string[];
  exit: ExitReason;
  /** What the error says, beside "Cannot …". */
  says: RegExp;
  env?: Record<string, string>;
}

export async function assertRefused({ args, exit, says, env }: Refusal): Promise<void> {
  const { code, stdout, stderr } = await tryGefyra(args, env);
  const errors = stderr.split("\n").filter((line) => line.startsWith("Error: "));
  assert.equal(errors.length, 1, `not one error:\n${stderr}`);
  assert.match(errors[0]!, /^Error: Cannot .*[^.]$/);
  assert.match(errors[0]!, says);
  assert.match(stderr, /^ {2}→ ./m, "there is no hint");
  assert.ok(!stderr.includes("    at "), `there is a stack trace:\n${stderr}`);
  assert.equal(stdout, "");
  assert.equal(code, exitCodes[exit], stderr);
}

/** Ends with the code for that, and says it. */
export async function assertFails(args: string[], exit: ExitReason, says: RegExp): Promise<void> {
  const { code, stderr } = await tryGefyra(args);
  assert.match(stderr, says);
  assert.equal(code, exitCodes[exit], stderr);
}
