import pWaitFor from "p-wait-for";
import { GefyraError } from "./errors.ts";
import { throwIfInterrupted } from "./interruption.ts";

export interface WaitOptions {
  /** What is waited for, as in "timed out waiting for …". */
  what: string;
  /** Milliseconds. */
  timeout: number;
  /** Milliseconds between two checks. */
  interval?: number;
  /** Called regularly: a state that cannot pass by waiting ends the wait with this error. */
  explain?: () => Promise<GefyraError | undefined>;
  /** If its result has changed when the time is over, the time starts again. */
  progress?: () => unknown;
}

const EXPLAIN_EVERY_MS = 2_000;

/** Polls until the check returns true. Errors of the check end the wait, and an interruption does. */
export async function waitFor(look: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  let explainAt = Date.now() + EXPLAIN_EVERY_MS;
  const lookOrExplain = async () => {
    throwIfInterrupted();
    if (await look()) return true;
    if (options.explain && Date.now() > explainAt) {
      explainAt = Date.now() + EXPLAIN_EVERY_MS;
      const reason = await options.explain();
      if (reason) throw reason;
    }
    return false;
  };
  const seconds = Math.round(options.timeout / 1000);
  const message = new GefyraError(
    "timeout",
    `Timed out after ${seconds} s waiting for ${options.what}`,
    {
      exit: "timeout",
      hint: "run the command again with --verbose; `gefyra status` shows the state of all parts",
    },
  );
  const timeout = { milliseconds: options.timeout, message };
  for (let before, now; true; before = now) {
    try {
      return await pWaitFor(lookOrExplain, { interval: options.interval ?? 150, timeout });
    } catch (error) {
      now = options.progress?.();
      if (error !== message || now === before) throw error;
    }
  }
}
