import assert from "node:assert/strict";
import { dumpState } from "./dump-state.ts";

export type Step = (name: string, work: () => Promise<void>) => Promise<void>;

/** Steps that build on each other: the first that fails ends the test. */
export function ordered(t: Deno.TestContext): Step {
  return async (name, work) => {
    if (await t.step(name, work)) return;
    console.error(await dumpState());
    throw new Error(`stopped, as it is not true that ${name}`);
  };
}

/** Seconds with one decimal, for people. */
export async function timed(work: () => Promise<unknown>): Promise<string> {
  const start = performance.now();
  await work();
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/** "Within seconds", also on a machine that does more than this. */
export const SOON_MS = 30_000;

/** Fails when the work takes longer. */
export async function soon(work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  const took = performance.now() - start;
  report(`${(took / 1000).toFixed(1)} s`);
  assert.ok(took < SOON_MS, `${took} ms`);
}

/** What a test found out, beside passing. */
export function report(text: string): void {
  console.log(`    ${text}`);
}

/** A few at a time: each process of the command line wants a core for a second, and then waits for the cluster. */
export async function fewAtATime<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
