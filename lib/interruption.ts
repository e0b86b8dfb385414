/**
 * Ends what waits, when a user presses Ctrl-C or a time is over. A wait that is interrupted throws like any failure, so
 * the caller undoes what it has begun; what undoes is not interrupted.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** Of the command that this code runs in, wherever it is called from. */
const current = new AsyncLocalStorage<AbortSignal | undefined>();

/** `signal.reason` is the error that a wait throws. */
export function interruptedBy<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return current.run(signal, work);
}

/** For undoing: it runs to its end. */
export function uninterrupted<T>(work: () => Promise<T>): Promise<T> {
  return current.run(undefined, work);
}

/** For what can be ended from outside, such as a child process. */
export const interruption = (): AbortSignal | undefined => current.getStore();

/** Between two steps of work, and between two looks of a wait. */
export function throwIfInterrupted(): void {
  current.getStore()?.throwIfAborted();
}
