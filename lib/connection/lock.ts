/**
 * One command at a time makes or removes a connection, and none does while others work over it. The lock is that of a
 * file, so it ends with the process, however that ends.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { LOCK_TIMEOUT_MS } from "../names.ts";
import type { Steps } from "../steps.ts";
import { requireConnection } from "./find.ts";
import type { Connection } from "./connection.ts";

export interface LockOptions {
  /** Of the command, e.g. `up`; who waits is told. */
  command: string;
  steps: Steps;
  /** Milliseconds. */
  timeout?: number;
  /** Beside others that share it. */
  shared?: boolean;
}

const POLL_INTERVAL_MS = 100;

/** In the user's own folder for such files where the system has one (XDG Base Directory Specification). */
export const lockPath = (connection: string): string =>
  join(Deno.env.get("XDG_RUNTIME_DIR") || tmpdir(), `gefyra-${connection}.lock`);

/** Does the work when no other process works on the connection; `connection-busy` when one takes too long. */
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

/** Works over a connection, beside others who do; nobody removes it meanwhile. `not-connected` where it is gone. */
export async function whileConnected<T>(
  engine: Engine,
  { name }: Connection,
  options: Pick<LockOptions, "command" | "steps">,
  work: () => Promise<T>,
): Promise<T> {
  return await withLock(name, { ...options, shared: true }, async () => {
    // It may have been removed while this one waited.
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

/** `undefined` where no such file can be made: then there is nobody to wait for. */
async function tryLock(path: string, shared: boolean): Promise<Lock | "held" | undefined> {
  while (true) {
    const file = await open(path);
    if (!file) return undefined;
    if (!await file.tryLock(!shared)) {
      file.close();
      return "held";
    }
    // Whoever had it may have removed the file between the two.
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
      // Those who share it lock this very file.
      if (await file.tryLock(true).catch(() => false)) await Deno.remove(path).catch(() => {});
      file.close();
    },
  };
}

/** Another user's can be locked, but not written. A link may lead to a file that is not meant to be written. */
async function open(path: string): Promise<Deno.FsFile | undefined> {
  const there = await Deno.lstat(path).catch(() => undefined);
  if (there && !there.isFile) return undefined;
  for (const options of [{ read: true, write: true, create: true }, { read: true }]) {
    try {
      return await Deno.open(path, options);
    } catch {
      // The next way.
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
