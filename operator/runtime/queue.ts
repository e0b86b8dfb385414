/**
 * Work by key, one piece at a time. A key that is added while it waits is done once; one that is added while it is
 * being done is done again. Failures come back later, each time twice as late, half a minute at most.
 */
export interface Queue {
  add(key: string): void;
  /** Adds the key after a while, unless it comes up before. Of several times the earliest counts. */
  addLater(key: string, milliseconds: number): void;
  stop(): Promise<void>;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;

export function startQueue(
  work: (key: string) => Promise<void>,
  onError: (key: string, error: unknown) => void,
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
    begin();
  };

  const begin = () => {
    running ??= drain().finally(() => {
      running = undefined;
      // Added after the last look and before this.
      if (waiting.size && !stopped) begin();
    });
  };

  const addLater = (key: string, milliseconds: number) => {
    if (stopped || waiting.has(key)) return;
    const at = Date.now() + milliseconds, known = timers.get(key);
    if (known && known.at <= at) return;
    clearTimeout(known?.timer);
    timers.set(key, { at, timer: setTimeout(() => add(key), milliseconds) });
  };

  const drain = async () => {
    // Whoever adds the first key may have more to add.
    await Promise.resolve();
    for (const key of waiting) {
      if (stopped) return;
      waiting.delete(key);
      try {
        await work(key);
        failures.delete(key);
      } catch (error) {
        onError(key, error);
        const count = failures.get(key) ?? 0;
        failures.set(key, count + 1);
        addLater(key, Math.min(FIRST_DELAY_MS * 2 ** count, LONGEST_DELAY_MS));
      }
    }
  };

  return {
    add,
    addLater,
    stop: async () => {
      stopped = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
      await running;
    },
  };
}
