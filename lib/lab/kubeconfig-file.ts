/** Reads and writes the kubeconfig as kubectl does: one writer at a time, and never half a file. */
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GefyraError, messageOf } from "../errors.ts";
import { isEmpty } from "./kubeconfig.ts";

/** The file to change: the named one, else the first of `KUBECONFIG`, else `~/.kube/config`. */
export function kubeconfigPath(named: string | undefined, env: (name: string) => string | undefined): string {
  if (named) return named;
  const separator = Deno.build.os === "windows" ? ";" : ":";
  const first = env("KUBECONFIG")?.split(separator).find((path) => path !== "");
  return first ?? `${env("HOME") ?? env("USERPROFILE") ?? "."}/.kube/config`;
}

/** Applies a function to the file's text. A file that becomes empty is removed. */
export async function editKubeconfig(path: string, edit: (text: string) => string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const real = await Deno.realPath(path).catch(() => path);
    const unlock = await lock(`${real}.lock`);
    try {
      const before = await readOrEmpty(real);
      const after = edit(before);
      if (after === before) return;
      if (isEmpty(after)) await Deno.remove(real);
      else await replace(real, after);
    } finally {
      await unlock();
    }
  } catch (cause) {
    if (cause instanceof GefyraError) throw cause;
    throw new GefyraError("kubeconfig", `Cannot change the kubeconfig "${path}": ${messageOf(cause)}`, {
      hint: "name another file with --kubeconfig",
      cause,
    });
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const mode = await Deno.stat(path).then((stat) => stat.mode ?? 0o600, () => 0o600);
  const unfinished = `${path}.${Deno.pid}`;
  await Deno.writeTextFile(unfinished, text, { mode: mode & 0o777 });
  await Deno.rename(unfinished, path);
}

const LOCK_TRIES = 50;

/** The lock of client-go (tools/clientcmd): a file that only one can create. */
async function lock(path: string): Promise<() => Promise<void>> {
  for (let tries = 1;; tries++) {
    try {
      (await Deno.open(path, { createNew: true, write: true })).close();
      return () => Deno.remove(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (tries === LOCK_TRIES) {
        throw new GefyraError("kubeconfig-locked", `Cannot change the kubeconfig: "${path}" exists`, {
          exit: "conflict",
          hint: "another program is changing it; remove the lock if none is running",
        });
      }
      await delay(100);
    }
  }
}
