/** This process's terminal, while a container or a command in one has it. */
import { GefyraError } from "../lib/errors.ts";

export interface Terminal {
  /** The container gets this process's input. */
  interactive: boolean;
  tty: boolean;
}

/** Docker refuses that too: keys would reach the container only line by line. */
export function checkTerminal({ interactive, tty }: Terminal, isTerminal: boolean): void {
  if (!interactive || !tty || isTerminal) return;
  throw new GefyraError("terminal-missing", "Cannot run with a terminal: the input is none", {
    exit: "usage",
    hint: "leave out --tty (-t), or run it in a terminal",
  });
}

export interface Size {
  rows: number;
  columns: number;
}

/** Keys go to the container one by one, Ctrl-C too; its terminal has the size of this one. */
export function followTerminal(interactive: boolean, resize: (size: Size) => Promise<void>): (() => void)[] {
  const undo: (() => void)[] = [];
  if (interactive) {
    Deno.stdin.setRaw(true);
    undo.push(() => Deno.stdin.setRaw(false));
  }
  if (Deno.build.os !== "windows") {
    const handler = () => void passSize(resize);
    Deno.addSignalListener("SIGWINCH", handler);
    undo.push(() => Deno.removeSignalListener("SIGWINCH", handler));
  }
  return undo;
}

export async function passSize(resize: (size: Size) => Promise<void>): Promise<void> {
  if (!Deno.stdout.isTerminal()) return;
  const { rows, columns } = Deno.consoleSize();
  // What has the terminal may have ended.
  await resize({ rows, columns }).catch(() => {});
}
