/** Runs an app container in the foreground, as `docker run` does. */
import { type App, startApp } from "../lib/app/run.ts";
import type { Engine } from "../lib/docker/engine.ts";
import { followTerminal, passSize, type Size, type Terminal } from "./terminal.ts";

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
  const resize = (size: Size) => engine.resize(id, size);
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
    ...tty ? followTerminal(interactive, resize) : [],
  ];
  try {
    await startApp(engine, app);
    if (tty) await passSize(resize);
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
