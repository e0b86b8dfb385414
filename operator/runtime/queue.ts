/**
 * A queue of keys. Each key is worked on once however often it was added, and never twice at the same time: a key that is
 * added during its own pass gets another pass afterwards. One worker for now; nothing in the interface depends on that.
 */
import type { Delays } from "./attempts.ts";
import type { Result } from "./result.ts";

export interface Queue {
  add(key: string): void;
  /** Adds the key after a delay, unless it is added before. Of several delays the earliest counts. */
  addAfter(key: string, milliseconds: number): void;
  /** Starts no more passes, and waits for the running one. */
  stop(): Promise<void>;
}

/** Milliseconds, after a failed pass; each is twice as long as the one before. */
const usual: Delays = { first: 250, longest: 30_000 };

/** `work` is one pass over a key. What it throws counts as its `error`. */
export function startQueue(
  work: (key: string) => Promise<Result>,
  onError: (key: string, error: unknown) => void,
  { first, longest }: Delays = usual,
): Queue {
  const waiting = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, { at: number; timer: ReturnType<typeof setTimeout> }>();
  let stopped = false;
  let running: Promise<void> | undefined;

  const add = (key: string) => {
    if (stopped) return;
    clearTimeout(timers.get(key)?.timer);
    timers.delete(key);
    waiting.add(key);
    run();
  };

  const addAt = (key: string, at: number) => {
    if (stopped || waiting.has(key)) return;
    const known = timers.get(key);
    if (known && known.at <= at) return;
    clearTimeout(known?.timer);
    timers.set(key, { at, timer: setTimeout(() => add(key), Math.max(0, at - Date.now())) });
  };

  const run = () => {
    running ??= workOff().finally(() => {
      running = undefined;
      // A key may have been added after the last one was taken.
      if (waiting.size && !stopped) run();
    });
  };

  const pass = async (key: string): Promise<Result> => {
    try {
      return await work(key);
    } catch (error) {
      return { error };
    }
  };

  const workOff = async () => {
    // The caller may add more keys in the same turn.
    await Promise.resolve();
    for (const key of waiting) {
      if (stopped) return;
      waiting.delete(key);
      const { requeueAt, error } = await pass(key);
      if (error === undefined) failures.delete(key);
      else {
        onError(key, error);
        const count = failures.get(key) ?? 0;
        failures.set(key, count + 1);
        addAt(key, Date.now() + Math.min(first * 2 ** count, longest));
      }
      if (requeueAt !== undefined) addAt(key, requeueAt);
    }
  };

  return {
    add,
    addAfter: (key, milliseconds) => addAt(key, Date.now() + milliseconds),
    stop: async () => {
      stopped = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
      await running;
    },
  };
}
