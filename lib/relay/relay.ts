/** `gefyra relay`: keeps the way from Cargo through the API server open. Runs in a container of its own. */
import { messageOf } from "../errors.ts";
import { RELAY_FOLDER } from "../names.ts";
import { session } from "./session.ts";
import { hostsOf, keepToken, readTarget } from "./target.ts";

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5_000;

/** Runs until SIGTERM. */
export async function runRelay(): Promise<never> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) Deno.addSignalListener(signal, () => Deno.exit(0));
  let failures = 0, turn = 0;
  while (true) {
    let opened = false;
    const onOpen = () => {
      opened = true;
      failures = 0;
    };
    log(await once(turn, onOpen).catch(messageOf));
    // A way that has worked is tried again first.
    if (!opened) turn++;
    await new Promise((resolve) => setTimeout(resolve, backoff(failures++)));
  }
}

export const backoff = (failures: number): number =>
  Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS);

/** The files are read anew each time: `gefyra up` may have brought a new token. */
async function once(turn: number, onOpen: () => void): Promise<string> {
  const { target, token } = await readTarget(RELAY_FOLDER);
  const hosts = hostsOf(target);
  const host = hosts[turn % hosts.length]!;
  return await session({
    target,
    token,
    host,
    onOpen: () => {
      log(`connected through ${new URL(target.server).origin}`);
      onOpen();
    },
    onToken: (renewed) => {
      keepToken(RELAY_FOLDER, renewed).catch((error) =>
        log(`cannot keep the new token: ${messageOf(error)}`)
      );
    },
  });
}

function log(text: string): void {
  console.log(`${new Date().toISOString()} relay: ${text}`);
}
