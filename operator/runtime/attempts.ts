/**
 * When a failed attempt is repeated: each time after a longer delay, but at once when something else is wanted by then.
 * A restarted operator begins without delays.
 */
import { createState, type State } from "./state.ts";

export interface Attempts {
  /** Milliseconds until the next attempt is due; 0: now. `wanted` describes what it would do. */
  remaining(key: string, wanted: string, now?: number): number;
  /** Records a failure, which sets the delay before the next attempt. */
  fail(key: string, wanted: string, delays?: Delays, now?: number): void;
  succeed(key: string): void;
  /** Records when an attempt started, unless one has started and neither failed nor succeeded since. */
  start(key: string, now?: number): void;
  /** Milliseconds since the attempt started; 0 if none has. */
  age(key: string, now?: number): number;
}

/** Milliseconds; each delay is twice as long as the one before. */
export interface Delays {
  first: number;
  longest: number;
}

const usual: Delays = { first: 1_000, longest: 60_000 };

export function createAttempts(state: State = createState()): Attempts {
  const failures = state.byUid<{ count: number; until: number; wanted: string }>();
  const started = state.byUid<number>();
  return {
    remaining: (key, wanted, now = Date.now()) => {
      const last = failures.get(key);
      return last?.wanted === wanted ? Math.max(0, last.until - now) : 0;
    },
    fail: (key, wanted, { first, longest } = usual, now = Date.now()) => {
      const last = failures.get(key);
      const count = last?.wanted === wanted ? last.count + 1 : 0;
      failures.set(key, { count, until: now + Math.min(first * 2 ** count, longest), wanted });
      started.delete(key);
    },
    succeed: (key) => {
      failures.delete(key);
      started.delete(key);
    },
    start: (key, now = Date.now()) => {
      if (!started.has(key)) started.set(key, now);
    },
    age: (key, now = Date.now()) => now - (started.get(key) ?? now),
  };
}
