/** One suite at a time in the same labs: two would use the same names. */
import { dirname } from "node:path";

const LOOK_EVERY_MS = 1_000;

/** Waits until no other process holds the lock, then takes it for as long as this process lives. */
export async function takeSuiteLock(file: string, say: (text: string) => void): Promise<void> {
  let told = false;
  while (true) {
    const holder = await holderOf(file);
    if (holder === Deno.pid) return;
    if (holder !== undefined && await runs(holder)) {
      if (!told) say(`waiting for the suite of process ${holder}`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      continue;
    }
    // Two processes may find the lock free at once: the one whose file stays has it.
    const mine = `${file}.${Deno.pid}`;
    await Deno.mkdir(dirname(mine), { recursive: true });
    await Deno.writeTextFile(mine, `${Deno.pid}`);
    await Deno.rename(mine, file);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS / 10));
  }
}

async function holderOf(file: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(file).catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `/proc` lists what lives. A process that runs no tests has only been given an old number. */
async function runs(pid: number): Promise<boolean> {
  const line = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return line.includes("e2e");
}
