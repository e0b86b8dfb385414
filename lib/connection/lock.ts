/**
 * Only one command at a time creates or removes a connection, and no other command uses it meanwhile. The lock is a
 * file lock, so it ends with the process, for any reason.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { throwIfInterrupted } from "../interruption.ts";
import { LOCK_TIMEOUT_MS } from "../names.ts";
import type { Steps } from "../steps.ts";
import { requireConnection } from "./find.ts";
import type { Connection } from "./connection.ts";

export interface LockOptions {
  /** Name of the command, e.g. `up`, shown to commands that wait. */
  command: string;
  steps: Steps;
  /** Milliseconds. */
  timeout?: number;
  /** Shares the lock with other commands. */
  shared?: boolean;
}

const POLL_INTERVAL_MS = 100;

/** In the user's runtime folder if the system has one (XDG Base Directory Specification). */
export const lockPath = (connection: string): string =>
  join(Deno.env.get("XDG_RUNTIME_DIR") || tmpdir(), `gefyra-${connection}.lock`);

/** Runs `work` when no other process uses the connection; throws `connection-busy` if that takes too long. */
export async function withLock<T>(
  connection: string,
  { command, steps, timeout = LOCK_TIMEOUT_MS, shared = false }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const path = lockPath(connection);
  let lock = await tryLock(path, shared);
  if (lock === "held") {
    const holder = await holderOf(path);
    const wait = () => waitForLock(path, connection, { shared, timeout });
    lock = await steps.step(`Waiting for ${holder}`, wait);
  }
  await lock?.note(`${command} ${Deno.pid}`);
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}

/**
 * Runs `work` over a connection, beside other such commands; no command removes the connection meanwhile. Throws
 * `not-connected` if it is gone.
 */
export async function whileConnected<T>(
  engine: Engine,
  { name }: Connection,
  options: Pick<LockOptions, "command" | "steps">,
  work: () => Promise<T>,
): Promise<T> {
  return await withLock(name, { ...options, shared: true }, async () => {
    // Another command may have removed it while this one waited.
    await requireConnection(engine, name);
    return await work();
  });
}

interface Lock {
  note(text: string): Promise<void>;
  release(): Promise<void>;
}

async function waitForLock(
  path: string,
  connection: string,
  { shared, timeout }: { shared: boolean; timeout: number },
): Promise<Lock | undefined> {
  const end = Date.now() + timeout;
  while (true) {
    throwIfInterrupted();
    const lock = await tryLock(path, shared);
    if (lock !== "held") return lock;
    if (Date.now() > end) {
      throw new GefyraError(
        "connection-busy",
        `Cannot use connection "${connection}": ${await holderOf(path)} is using it`,
        { exit: "conflict", hint: "wait until it ends, or end it; then run the command again" },
      );
    }
    await delay(POLL_INTERVAL_MS);
  }
}

/** `undefined` if no such file can be created: then there is no lock. */
async function tryLock(path: string, shared: boolean): Promise<Lock | "held" | undefined> {
  while (true) {
    const file = await open(path);
    if (!file) return undefined;
    if (!await file.tryLock(!shared)) {
      file.close();
      return "held";
    }
    // The previous holder may have removed the file in between.
    if (await isSame(file, path)) return held(file, path);
    file.close();
  }
}

function held(file: Deno.FsFile, path: string): Lock {
  return {
    note: async (text) => {
      await file.truncate(0).then(() => file.write(new TextEncoder().encode(text)), () => {});
    },
    release: async () => {
      // Other holders of the shared lock use this file.
      if (await file.tryLock(true).catch(() => false)) await Deno.remove(path).catch(() => {});
      file.close();
    },
  };
}

/**
 * Another user's file can be locked but not written. A link is refused: it may lead to a file that must not be written.
 */
async function open(path: string): Promise<Deno.FsFile | undefined> {
  const there = await Deno.lstat(path).catch(() => undefined);
  if (there && !there.isFile) return undefined;
  for (const options of [{ read: true, write: true, create: true }, { read: true }]) {
    try {
      return await Deno.open(path, options);
    } catch {
      // Try the next options.
    }
  }
  return undefined;
}

async function isSame(file: Deno.FsFile, path: string): Promise<boolean> {
  const [mine, there] = await Promise.all([file.stat(), Deno.stat(path).catch(() => undefined)]);
  return there !== undefined && there.ino === mine.ino && there.dev === mine.dev;
}

async function holderOf(path: string): Promise<string> {
  const [command, process] = (await Deno.readTextFile(path).catch(() => "")).split(" ");
  return process ? `\`gefyra ${command}\` (process ${process})` : "another gefyra";
}
