import { listApps, requireApp } from "../lib/app/apps.ts";
import { parseSince } from "../lib/app/since.ts";
import { command, connectionOption, requireConnected, wholeNumber } from "./command.ts";

const example = `gefyra logs my-app --tail 100
gefyra logs my-app -f --since 10m`;

export const logs = () =>
  command("logs", example)
    .argument("<name>", "app container")
    .option("-f, --follow", "go on until the container ends, or Ctrl-C")
    .option(
      "-n, --tail <lines>",
      "only so many lines from the end (default: all)",
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--since <time>", "only what is newer than a duration (10m) or a time (2030-01-02T15:04:05Z)")
    .option("-t, --timestamps", "print the time of each line")
    .addOption(connectionOption())
    .action(async (name, { follow = false, tail, since, timestamps = false, connection: wanted }) => {
      const from = since === undefined ? undefined : parseSince(since, Date.now());
      const { engine, connection } = await requireConnected(wanted);
      requireApp(await listApps(engine, connection), name, "show the logs of");
      const tty = (await engine.inspect(name))?.Config.Tty ?? false;
      await engine.showLogs(
        name,
        { follow, tail, since: from, timestamps, tty },
        (chunk) => Deno.stdout.writeSync(chunk),
        (chunk) => Deno.stderr.writeSync(chunk),
      );
    });
