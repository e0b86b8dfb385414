/** `gefyra stop`, `start` and `restart`. */
import { type Change, changeApps } from "../lib/app/lifecycle.ts";
import { removeApps } from "../lib/app/remove.ts";
import { requireConnection } from "../lib/connection/find.ts";
import { whileConnected } from "../lib/connection/lock.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import {
  command,
  connectionCluster,
  connectionOption,
  type Loudness,
  stepsOf,
  wholeNumber,
} from "./command.ts";
import { note } from "./output.ts";

/** The longest time that Docker waits: a day is more than anybody waits. */
const LONGEST_S = 86_400;

const timeText = "seconds between the signal to end and the kill (default: the container's, else 10)";

export const stop = () =>
  command("stop", "Stop app containers; they keep their addresses and bridges", "gefyra stop my-app -t 1")
    .argument("<names...>", "app containers")
    .option("-t, --time <seconds>", timeText, wholeNumber(0, LONGEST_S))
    .addOption(connectionOption())
    .action((names, { time, ...options }) => change("stop", names, { ...options, timeout: time }));

export const start = () =>
  command(
    "start",
    "Start stopped app containers, with the addresses and bridges that they had",
    "gefyra start my-app",
  )
    .argument("<names...>", "app containers")
    .addOption(connectionOption())
    .action((names, options) => change("start", names, options));

export const restart = () =>
  command("restart", "Restart app containers; they keep their addresses and bridges", "gefyra restart my-app")
    .argument("<names...>", "app containers")
    .option("-t, --time <seconds>", timeText, wholeNumber(0, LONGEST_S))
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
  const engine = connectEngine();
  await engine.version();
  const connection = await requireConnection(engine, options.connection);
  await whileConnected(engine, connection, { command: kind, steps: stepsOf(options) }, async () => {
    await changeApps(engine, connection, names, { change: kind, timeout });
  });
  for (const name of names) console.log(name);
}

export const rm = () =>
  command("rm", "Remove app containers, and their synced files", "gefyra rm my-app\ngefyra rm --force my-app")
    .argument("<names...>", "app containers")
    .option("-f, --force", "remove running ones, and their bridges, too")
    .addOption(connectionOption())
    .action(async (names, { force = false, ...options }) => {
      const engine = connectEngine();
      await engine.version();
      const connection = await requireConnection(engine, options.connection);
      const cluster = await connectionCluster(connection);
      await whileConnected(engine, connection, { command: "rm", steps: stepsOf(options) }, async () => {
        note(options, await removeApps({ engine, cluster }, connection, names, { force }));
      });
      for (const name of names) console.log(name);
    });
