/** What the test needs of a debugger that has attached, with one breakpoint. */
import type { Json } from "../kube.ts";

export interface Debugger {
  /** File, as this machine names it, and line of the next stop. */
  stopped(): Promise<Place>;
  /** The program goes on, and the debugger leaves. */
  leave(): Promise<void>;
}

export interface Place {
  file: string;
  /** From 1. */
  line: number;
}

/** Attaches as an IDE does, with a configuration of VS Code's launch.json. */
export type Attach = (configuration: Json, breakpoint: Place) => Promise<Debugger>;

/** Messages that wait for who asks for them. */
export interface Inbox<T> {
  put(message: T): void;
  /** The first that fits, also one that has come before; fails after 10 s. */
  take(what: string, fits: (message: T) => boolean): Promise<T>;
}

export function inbox<T>(): Inbox<T> {
  const messages: T[] = [];
  const waiting = new Set<() => void>();
  return {
    put: (message) => {
      messages.push(message);
      for (const look of [...waiting]) look();
    },
    take: (what, fits) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          clearTimeout(timer);
          waiting.delete(look);
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`no ${what} within 10 s, but ${JSON.stringify(messages)}`));
        }, 10_000);
        const look = () => {
          const at = messages.findIndex(fits);
          if (at < 0) return;
          stop();
          resolve(messages.splice(at, 1)[0]!);
        };
        waiting.add(look);
        look();
      }),
  };
}
