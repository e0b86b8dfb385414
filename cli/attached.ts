/** Runs an app container in the foreground, as `docker run` does. */
import { type App, startApp } from "../lib/app/run.ts";
import type { Engine } from "../lib/docker/engine.ts";
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

export interface Reactions {
  /** Runs beside the container. */
  onStarted?: () => Promise<void>;
  /** Instead of forwarding the signal. */
  onSignal?: (signal: Deno.Signal) => void;
}

/** All output from the start; signals are forwarded; returns the container's exit code. */
export async function attached(
  engine: Engine,
  app: App,
  { interactive, tty }: Terminal,
  { onStarted, onSignal }: Reactions = {},
): Promise<number> {
  const { id } = app;
  const kill = (signal: Deno.Signal) => void engine.kill(id, signal).catch(() => {});
  // Requested before the start, because a short-lived container may be gone right after it.
  const ended = engine.wait(id);
  ended.catch(() => {});
  const { done } = await engine.attach(
    id,
    (chunk) => Deno.stdout.writeSync(chunk),
    (chunk) => Deno.stderr.writeSync(chunk),
    { ...(interactive ? { stdin: Deno.stdin.readable } : {}), tty },
  );
  const restore = [
    ...forwardSignals(onSignal ?? kill),
    ...tty ? followTerminal(engine, id, interactive) : [],
  ];
  try {
    await startApp(engine, app);
    if (tty) await resize(engine, id);
    const started = onStarted?.() ?? Promise.resolve();
    // What fails after the start ends this, even if the container goes on.
    const code = await Promise.race([ended, started.then(() => ended)]);
    await done;
    return code;
  } finally {
    for (const undo of restore) undo();
  }
}

function forwardSignals(onSignal: (signal: Deno.Signal) => void): (() => void)[] {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  return signals.map((signal) => {
    const handler = () => onSignal(signal);
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
}

/** Keys go to the container one by one, Ctrl-C too; its terminal has the size of this one. */
function followTerminal(engine: Engine, id: string, interactive: boolean): (() => void)[] {
  const undo: (() => void)[] = [];
  if (interactive) {
    Deno.stdin.setRaw(true);
    undo.push(() => Deno.stdin.setRaw(false));
  }
  if (Deno.build.os !== "windows") {
    const handler = () => void resize(engine, id);
    Deno.addSignalListener("SIGWINCH", handler);
    undo.push(() => Deno.removeSignalListener("SIGWINCH", handler));
  }
  return undo;
}

async function resize(engine: Engine, id: string): Promise<void> {
  if (!Deno.stdout.isTerminal()) return;
  const { rows, columns } = Deno.consoleSize();
  // The container may have ended.
  await engine.resize(id, { rows, columns }).catch(() => {});
}
