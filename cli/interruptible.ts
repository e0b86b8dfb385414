/** Commands that change something: Ctrl-C and `--timeout` end their waits, and they undo what they have begun. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { secondsIn } from "../lib/duration.ts";
import { exitCodes, GefyraError } from "../lib/errors.ts";
import { interruptedBy } from "../lib/interruption.ts";

/** `then`: what happens when the time is over. */
export const timeoutOption = (then: string) =>
  new Option("--timeout <duration>", `time after which to give up, e.g. 90s; ${then}`).argParser(
    parseDuration,
  );

/** `false` with --wait=false, as kubectl's. */
export const waitOption = (description: string) =>
  new Option("--wait <boolean>", description).choices(["true", "false"]).default("true");

/** A timer of 25 days or more ends at once. */
const LONGEST_S = 86_400;

/** Milliseconds. */
export function parseDuration(text: string): number {
  const seconds = secondsIn(text);
  if (seconds && seconds <= LONGEST_S) return seconds * 1000;
  throw new InvalidArgumentError("It must be a duration such as 30s, 2m or 1m30s, at most 24h.");
}

const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs what can be undone. A second signal does not wait for that. */
export async function interruptible<T>(
  { timeout, quiet }: { timeout?: number | undefined; quiet?: true | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const interrupt = () => {
    if (over.signal.aborted) Deno.exit(exitCodes.interrupted);
    if (!quiet) console.error("Undoing what was begun … (once more: end now)");
    over.abort(new GefyraError("interrupted", "Interrupted", { exit: "interrupted" }));
  };
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    return await within({ timeout }, work, over);
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
}

/** For what needs no undo: Ctrl-C ends it at once. */
export async function within<T>(
  { timeout }: { timeout?: number | undefined },
  work: () => Promise<T>,
  over = new AbortController(),
): Promise<T> {
  const timer = timeout === undefined ? undefined : setTimeout(() => over.abort(timedOut(timeout)), timeout);
  try {
    return await interruptedBy(over.signal, work);
  } finally {
    clearTimeout(timer);
  }
}

const timedOut = (ms: number) =>
  new GefyraError("timeout", `Timed out after ${ms / 1000} s (--timeout)`, {
    exit: "timeout",
    hint: "give it more time, or run it with --verbose; `gefyra status` shows the state of all parts",
  });
