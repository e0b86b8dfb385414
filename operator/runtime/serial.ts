/** Work that must not overlap, while the queue works on several keys side by side. */

/** Runs works of one key one after the other, in the order of the calls. Works of different keys overlap. */
export type Serial = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createSerial(): Serial {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const done = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(key, done);
    const forget = () => void (last.get(key) === done && last.delete(key));
    done.then(forget, forget);
    return done;
  };
}

/**
 * Calls during a run share the next one, which starts when the run ends: each caller gets the result of a run that began
 * after its call. So a hundred callers cost two runs.
 */
export function coalesced<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve(), next: Promise<T> | undefined;
  return () =>
    next ??= running.then(() => {}, () => {}).then(() => {
      next = undefined;
      const now = run();
      running = now;
      return now;
    });
}
