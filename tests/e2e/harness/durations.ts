/** How long files and tests take, from one run to the next: the longest begin first. */
import { basename } from "node:path";
import usual from "../durations.json" with { type: "json" };
import type { Result } from "./run-file.ts";
import { folder } from "./suite.ts";

const file = `${folder}/durations.json`;
const SHOWN = 15;

/** Seconds by file: as the last run on this machine found them, else as they are on a quiet one. */
async function known(): Promise<Record<string, number>> {
  return { ...usual, ...JSON.parse(await Deno.readTextFile(file).catch(() => "{}")) };
}

/** Those of which nothing is known may be long. */
export async function longestFirst(files: string[]): Promise<string[]> {
  const seconds = await known();
  return files.toSorted((a, b) => (seconds[b] ?? Infinity) - (seconds[a] ?? Infinity));
}

export async function noteDurations(results: Result[]): Promise<void> {
  const now = Object.fromEntries(results.map(({ file, seconds }) => [file, Math.round(seconds)]));
  await Deno.writeTextFile(file, JSON.stringify({ ...await known(), ...now }, null, 2) + "\n");
}

/** The files, and the steps that took longest in all of them. Pure. */
export function describeSlowest(results: Result[]): string {
  const files = results.map(({ file, seconds }) => [seconds, basename(file, ".test.ts")] as const);
  const steps = results.flatMap(({ file, cases }) =>
    cases.filter(({ name }) => name.includes(" > ")).map(({ name, seconds }) =>
      [seconds, `${basename(file, ".test.ts")}: ${name.split(" > ").slice(1).join(" > ")}`] as const
    )
  );
  const rows = (list: (readonly [number, string])[]) =>
    list.toSorted(([a], [b]) => b - a).slice(0, SHOWN).map(([seconds, text]) =>
      `${seconds.toFixed(0).padStart(5)} s  ${text}`
    );
  return [...rows(files), "", ...rows(steps)].join("\n");
}
