/** Adds a detail to the running step, e.g. the address it connected to. */
export type Note = (text: string) => void;

/**
 * Reports the progress of long work. Use cases call `step` for everything a user waits for; the command line shows the
 * steps as a task list on a terminal, as plain lines elsewhere, or not at all.
 */
export interface Steps {
  step<T>(title: string, work: (note: Note) => Promise<T>): Promise<T>;
  /** A message between steps, shown with `--verbose` only. */
  debug(text: string): void;
}

/** Runs the steps without output: for the operator and for tests. */
export const silentSteps: Steps = {
  step: (_title, work) => work(() => {}),
  debug: () => {},
};
