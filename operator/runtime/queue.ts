/**
 * A queue of keys. Each key is worked on once however often it was added, and never twice at the same time: a key that is
 * added during its own pass gets another pass afterwards. Different keys are worked on side by side, so that a pass that
 * waits for a pod or a node holds up nobody else (decision 035). Groups of keys take turns, and one group has a part of the
 * workers at most: whoever adds thousands of keys waits for them alone (decision 036).
 */
import type { Delays } from "./attempts.ts";
import type { Result } from "./result.ts";
import { createTurns } from "./turns.ts";

export interface Queue {
  add(key: string): void;
  /** Adds the key after a delay, unless it is added before. Of several delays the earliest counts. */
  addAfter(key: string, milliseconds: number): void;
  /** Starts no more passes, and waits for those that run. */
  stop(): Promise<void>;
}

/** Milliseconds, after a failed pass; each is twice as long as the one before. */
const usual: Delays = { first: 250, longest: 30_000 };

/** Passes at the same time. Most of them wait for an answer. */
const WORKERS = 128;

/** The bridges of a namespace are a group, and so are all clients; Gefyra's own parts are one each. */
export function groupOf(key: string): string {
  const [kind = "", namespace] = key.split("/");
  return kind === "bridge" || kind === "misplaced" ? `${kind}/${namespace}` : kind;
}

/** Of the workers, for one group. */
const SHARE = 1 / 4;

/** `work` is one pass over a key. What it throws counts as its `error`. */
export function startQueue(
  work: (key: string) => Promise<Result>,
  onError: (key: string, error: unknown) => void,
  { first = usual.first, longest = usual.longest, workers = WORKERS }: Partial<Delays> & {
    workers?: number;
  } = {},
): Queue {
  const waiting = createTurns(groupOf), perGroup = Math.max(1, Math.floor(workers * SHARE));
  const busy = new Map<string, number>();
  const failures = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const timers = new Map<string, { at: number; timer: ReturnType<typeof setTimeout> }>();
  let stopped = false;

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
    if (stopped) return;
    const isFree = (group: string) => (busy.get(group) ?? 0) < perGroup;
    while (running.size < workers) {
      const key = waiting.take(isFree, (key) => !running.has(key));
      if (key === undefined) return;
      count(key, 1);
      // The caller may add more keys in the same turn, also this one.
      const done = Promise.resolve().then(() => workOn(key)).finally(() => {
        running.delete(key);
        count(key, -1);
        run();
      });
      running.set(key, done);
    }
  };
  const count = (key: string, more: number) => {
    const group = groupOf(key), now = (busy.get(group) ?? 0) + more;
    if (now > 0) busy.set(group, now);
    else busy.delete(group);
  };
  const pass = async (key: string): Promise<Result> => {
    try {
      return await work(key);
    } catch (error) {
      return { error };
    }
  };

  const workOn = async (key: string) => {
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
  };
  return {
    add,
    addAfter: (key, milliseconds) => addAt(key, Date.now() + milliseconds),
    stop: async () => {
      stopped = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}
