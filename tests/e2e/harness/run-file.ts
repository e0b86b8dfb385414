/** One test file in a process of its own, and what came of it. */
import { basename } from "node:path";
import { folder } from "./suite.ts";

/** A file that takes longer hangs. */
const LONGEST_MS = 600_000;

export interface Case {
  /** The test, or `test > step`. */
  name: string;
  seconds: number;
  failed: boolean;
}

export interface Result {
  file: string;
  /** Of the whole process. */
  seconds: number;
  cases: Case[];
  /** 0 when all passed. */
  code: number;
  output: string;
}

export async function runFile(file: string, env: Record<string, string>): Promise<Result> {
  const start = performance.now();
  const junit = `${folder}/junit/${basename(file, ".test.ts")}.xml`;
  await Deno.mkdir(`${folder}/junit`, { recursive: true });
  await Deno.remove(junit).catch(() => {});
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-check", `--junit-path=${junit}`, file],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) output += decoder.decode(chunk, { stream: true });
  };
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  const [{ code, signal }] = await Promise.all([child.status, read(child.stdout), read(child.stderr)]);
  clearTimeout(timer);
  if (signal) output += `\n${file} was ended by ${signal}\n`;
  const cases = casesOf(await Deno.readTextFile(junit).catch(() => ""));
  return { file, seconds: (performance.now() - start) / 1000, cases, code, output };
}

/** The cases of a report in JUnit's format, as Deno writes it: one element on a line, what has failed inside of it. Pure. */
export function casesOf(xml: string): Case[] {
  return [...xml.matchAll(/<testcase name="([^"]*)"[^>]* time="([\d.]+)"[^>]*>\s*(<failure)?/g)]
    .map(([, name = "", time, failure]) => ({
      name: unescaped(name),
      seconds: Number(time),
      failed: failure !== undefined,
    }));
}

const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const unescaped = (text: string) => text.replaceAll(/&(\w+);/g, (whole, name) => entities[name] ?? whole);

const isStep = ({ name }: Case) => name.includes(" > ");

/** As the last line of `deno test`. Pure. */
export function totals(results: Result[], milliseconds: number): { ok: boolean; line: string } {
  const tests = results.flatMap(({ cases }) => cases.filter((one) => !isStep(one)));
  const steps = results.flatMap(({ cases }) => cases.filter(isStep));
  // One that ended without a report failed as a whole.
  const lost = results.filter(({ code, cases }) => code !== 0 && !cases.some(({ failed }) => failed)).length;
  const failed = tests.filter((one) => one.failed).length + lost;
  const passed = tests.length - tests.filter((one) => one.failed).length;
  const seconds = Math.round(milliseconds / 1000);
  const took = `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const ok = failed === 0 && results.length > 0;
  const failedSteps = steps.filter((one) => one.failed).length;
  const line =
    `${ok ? "ok" : "FAILED"} | ${passed} passed (${steps.length - failedSteps} steps) | ${failed} failed` +
    `${failedSteps ? ` (${failedSteps} steps)` : ""} (${took})`;
  return { ok, line };
}
