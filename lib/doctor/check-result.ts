/** The result of a check. */

/**
 * `attention`: works, but needs attention; `idle`: does not work and is not needed; `skipped`: could not be checked.
 */
export type Verdict = "ok" | "attention" | "broken" | "idle" | "skipped";

export interface Result {
  verdict: Verdict;
  /** What was found or measured, for people. */
  message: string;
  /** What to do about it: a sentence or a command. */
  remedy?: string;
  /** The same for programs; the unit is in the name. */
  measured?: Record<string, unknown>;
}

export interface Finding extends Result {
  /** Stable name of the check. */
  check: string;
  title: string;
}

/** One or several results, and a value for later checks. Without a value, checks that need it are skipped. */
export interface CheckResult<T> {
  results: Result[];
  value?: T;
}

export const ok = (message: string, measured?: Result["measured"]): Result => ({
  verdict: "ok",
  message,
  ...(measured ? { measured } : {}),
});

export const broken = (message: string, remedy: string, measured?: Result["measured"]): Result => ({
  ...ok(message, measured),
  verdict: "broken",
  remedy,
});

export const attention = (message: string, remedy: string, measured?: Result["measured"]): Result => ({
  ...broken(message, remedy, measured),
  verdict: "attention",
});
