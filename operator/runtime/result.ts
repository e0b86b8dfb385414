/** What a pass over a key leads to. Pure but for the clock. */

/** When a key is due again. */
export interface Requeue {
  /** Unix milliseconds, at the latest. Absent: only a change makes the key due. */
  requeueAt?: number;
}

export interface Result extends Requeue {
  /** Why the pass ended early. The key is tried again with a growing delay, or at `requeueAt` where that is earlier. */
  error?: unknown;
}

/** The delay starts now, not at the end of the pass: the rest of the pass may take longer than the delay. */
export const requeueAfter = (milliseconds: number, now: number = Date.now()): Requeue => ({
  requeueAt: now + milliseconds,
});

/** Of several steps that each ask for a time, the earliest counts. */
export function earliest(...steps: Requeue[]): Requeue {
  const times = steps.flatMap(({ requeueAt }) => requeueAt ?? []);
  return times.length ? { requeueAt: Math.min(...times) } : {};
}
