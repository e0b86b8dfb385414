/** Runs checks as soon as the checks that they need are done, and reports their findings in a fixed order. */
import pTimeout from "p-timeout";
import { GefyraError, messageOf } from "../errors.ts";
import type { CheckResult, Finding, Result } from "./check-result.ts";

/** A check without an answer after this time is broken. */
const TIMEOUT_MS = 10_000;

export interface Outcome<T> {
  title: string;
  results: Result[];
  value?: T;
}

export type Check<T> = Promise<Outcome<T>>;
type Needs = Record<string, Check<unknown>>;
type Values<N extends Needs> = { [K in keyof N]: N[K] extends Check<infer T> ? T : never };

export interface CheckOptions<N extends Needs> {
  /** Stable name of the check. */
  id: string;
  title: string;
  /** The checks whose values this check needs. */
  needs: N;
  /** Must end before this check starts, so that one does not disturb the other's measurement. */
  after?: Promise<unknown>[];
  /** The remedy if nothing answers at all. */
  silence?: string;
}

export interface Schedule {
  check<N extends Needs, T>(
    options: CheckOptions<N>,
    probe: (values: Values<N>) => Promise<CheckResult<T>>,
  ): Check<T>;
  /** All findings; `tell` is called for each as soon as the earlier ones are known. */
  findings(tell: (finding: Finding) => void): Promise<Finding[]>;
}

export function schedule(timeoutMs = TIMEOUT_MS): Schedule {
  const list: { id: string; title: string; outcome: Check<unknown> }[] = [];
  return {
    check: <N extends Needs, T>(
      { id, title, needs, after = [], silence = "run it again" }: CheckOptions<N>,
      probe: (values: Values<N>) => Promise<CheckResult<T>>,
    ) => {
      const run = async (): Promise<Outcome<T>> => {
        const entries = Object.entries(needs);
        const needed = await Promise.all(entries.map(([, check]) => check));
        const missing = needed.find(({ value }) => value === undefined);
        if (missing) return { title, results: [{ verdict: "skipped", message: reasonOf(missing) }] };
        await Promise.all(after);
        const values = Object.fromEntries(entries.map(([key], i) => [key, needed[i]!.value])) as Values<N>;
        return { title, ...await attempt(() => probe(values), { timeoutMs, silence }) };
      };
      const outcome = run();
      list.push({ id, title, outcome });
      return outcome;
    },
    findings: async (tell) => {
      const all: Finding[] = [];
      for (const { id, title, outcome } of list) {
        for (const result of (await outcome).results) {
          const finding = { check: id, title, ...result };
          all.push(finding);
          tell(finding);
        }
      }
      return all;
    },
  };
}

/** A check that needs a skipped check names the first cause. */
function reasonOf({ title, results: [result] }: Outcome<unknown>): string {
  return result?.verdict === "skipped" && result.message.startsWith(WAITS)
    ? result.message
    : `${WAITS}${title}`;
}

const WAITS = "skipped: needs ";

async function attempt<T>(
  probe: () => Promise<CheckResult<T>>,
  { timeoutMs, silence }: { timeoutMs: number; silence: string },
): Promise<CheckResult<T>> {
  const message = `no answer within ${timeoutMs / 1000} s`;
  const late: Result = { verdict: "broken", message, remedy: silence };
  try {
    return await pTimeout(probe(), { milliseconds: timeoutMs, fallback: () => ({ results: [late] }) });
  } catch (error) {
    return { results: [failure(error)] };
  }
}

/** A check without the right to read is skipped, not broken. */
function failure(error: unknown): Result {
  const { id, hint } = error instanceof GefyraError ? error : { id: "internal", hint: undefined };
  const verdict = ["forbidden", "rights-missing"].includes(id) ? "skipped" : "broken";
  return { verdict, message: messageOf(error), ...(hint ? { remedy: hint } : {}) };
}
