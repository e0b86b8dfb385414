/** `gefyra stop`, `start`, `restart` and `rm`. */
import { Option } from "@commander-js/extra-typings";
import { type Change, changeApps } from "../lib/app/lifecycle.ts";
import { removeApps } from "../lib/app/remove.ts";
import { whileConnected } from "../lib/connection/lock.ts";
import { renewStarting } from "../lib/files/renew-all.ts";
import {
  command,
  connectionCluster,
  connectionOption,
  type Loudness,
  requireCluster,
  requireConnected,
  stepsOf,
  wholeNumber,
} from "./command.ts";
import { note, warn } from "./output.ts";

/** The longest time that Docker waits: a day is more than anybody waits. */
const LONGEST_S = 86_400;

const timeOption = () =>
  new Option(
    "-t, --time <seconds>",
    "seconds between the signal to end and the kill (default: the container's, else 10)",
  ).argParser(wholeNumber(0, LONGEST_S));

export const stop = () =>
  command("stop", "gefyra stop my-app -t 1")
    .argument("<names...>", "app containers")
    .addOption(timeOption())
    .addOption(connectionOption())
    .action((names, { time, ...options }) => change("stop", names, { ...options, timeout: time }));

export const start = () =>
  command(
    "start",
    "gefyra start my-app",
  )
    .argument("<names...>", "app containers")
    .addOption(connectionOption())
    .action((names, options) => change("start", names, options));

export const restart = () =>
  command("restart", "gefyra restart my-app")
    .argument("<names...>", "app containers")
    .addOption(timeOption())
    .addOption(connectionOption())
    .action((names, { time, ...options }) => change("restart", names, { ...options, timeout: time }));

interface Options extends Loudness {
  connection?: string | undefined;
}

async function change(
  kind: Change,
  names: string[],
  { timeout, ...options }: Options & { timeout?: number | undefined },
): Promise<void> {
  const { engine, connection } = await requireConnected(options.connection);
  await whileConnected(engine, connection, { command: kind, steps: stepsOf(options) }, async () => {
    // An app reads its files when it starts, and its pod may be another by now.
    const renew = async (apps: string[]) =>
      warn(options, await renewStarting(engine, connection, apps, () => connectionCluster(connection)));
    await changeApps(engine, connection, names, {
      change: kind,
      timeout,
      ...(kind === "stop" ? {} : { renew }),
    });
  });
  for (const name of names) console.log(name);
}

export const rm = () =>
  command("rm", "gefyra rm my-app\ngefyra rm --force my-app")
    .argument("<names...>", "app containers")
    .option("-f, --force", "remove running ones, and their bridges, too")
    .addOption(connectionOption())
    .action(async (names, { force = false, ...options }) => {
      const { engine, connection, cluster } = await requireCluster(options.connection);
      await whileConnected(engine, connection, { command: "rm", steps: stepsOf(options) }, async () => {
        note(options, await removeApps({ engine, cluster }, connection, names, { force }));
      });
      for (const name of names) console.log(name);
    });
