import pWaitFor from "p-wait-for";
import { GefyraError } from "./errors.ts";

export interface WaitOptions {
  /** What is waited for, as in "timed out waiting for …". */
  what: string;
  /** Milliseconds. */
  timeout: number;
  /** Milliseconds between two looks. */
  interval?: number;
  /** Asked now and then: a state that waiting cannot mend ends the wait with this error. */
  explain?: () => Promise<GefyraError | undefined>;
  /** Whatever has changed by the end of the time begins it anew. */
  progress?: () => unknown;
}

const EXPLAIN_EVERY_MS = 2_000;

/** Looks until it is true. Errors of the look itself end the wait. */
export async function waitFor(look: () => Promise<boolean>, options: WaitOptions): Promise<void> {
  let explainAt = Date.now() + EXPLAIN_EVERY_MS;
  const lookOrExplain = async () => {
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
