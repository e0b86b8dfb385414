/**
 * Remembers which pods could not be taken: a failed attempt is repeated later and later, at once where something else
 * is wanted by then. Lost with the operator, whose successor tries everything once more.
 */
export interface Attempts {
  /** Milliseconds until the next attempt may be made; 0: now. `wanted` is what is to be done, as a text. */
  wait(key: string, wanted: string, now?: number): number;
  /** The next attempt comes after the milliseconds that are returned. */
  failed(key: string, wanted: string, delays?: Delays, now?: number): number;
  succeeded(key: string): void;
  /** Milliseconds since it was first asked for without a success or a failure in between. */
  age(key: string, now?: number): number;
  /** Forgets all keys that begin so. */
  forget(prefix: string): void;
}

/** Milliseconds; each is twice as long as the one before. */
export interface Delays {
  first: number;
  longest: number;
}

const usual: Delays = { first: 1_000, longest: 60_000 };

export function startAttempts(): Attempts {
  const failures = new Map<string, { count: number; until: number; wanted: string }>();
  const begun = new Map<string, number>();
  return {
    wait: (key, wanted, now = Date.now()) => {
      const last = failures.get(key);
      return last?.wanted === wanted ? Math.max(0, last.until - now) : 0;
    },
    failed: (key, wanted, { first, longest } = usual, now = Date.now()) => {
      const last = failures.get(key);
      const count = last?.wanted === wanted ? last.count + 1 : 0;
      const delay = Math.min(first * 2 ** count, longest);
      failures.set(key, { count, until: now + delay, wanted });
      begun.delete(key);
      return delay;
    },
    succeeded: (key) => {
      failures.delete(key);
      begun.delete(key);
    },
    age: (key, now = Date.now()) => {
      const since = begun.get(key) ?? now;
      begun.set(key, since);
      return now - since;
    },
    forget: (prefix) => {
      for (const map of [failures, begun]) {
        for (const key of map.keys()) if (key.startsWith(prefix)) map.delete(key);
      }
    },
  };
}
