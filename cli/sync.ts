import { setTimeout as delay } from "node:timers/promises";
import { listFiles, type SyncedPath } from "../lib/files/list.ts";
import { renewAll } from "../lib/files/renew-all.ts";
import { command, connectionOption, outputOption, requireCluster, stepsOf } from "./command.ts";
import { answer, type Column, table } from "./output.ts";

const columns: Column<SyncedPath>[] = [
  { name: "APP", value: ({ app }) => app },
  { name: "REMOTE", value: ({ remote }) => remote },
  { name: "LOCAL", value: ({ local }) => local },
  { name: "DIRECTION", value: ({ direction }) => direction },
  { name: "SOURCE", value: ({ source }) => source },
  { name: "STATE", value: ({ state }) => state },
];

const example = "gefyra sync\ngefyra sync my-app --watch";

/** Between two rounds of `--watch`. */
const ROUND_MS = 10_000;

export const sync = () =>
  command(
    "sync",
    example,
  )
    .argument("[name]", "app container; without it, all of the connection")
    .option("--watch", "go on doing so until Ctrl-C")
    .addOption(connectionOption())
    .addOption(outputOption())
    .action(async (name, options) => {
      const { engine, connection, cluster } = await requireCluster(options.connection);
      const tools = { engine, cluster, steps: stepsOf(options) };
      while (true) {
        const failures = await renewAll(tools, connection, name);
        if (!options.watch) {
          const files = (await listFiles(engine, connection)).filter(({ app }) => !name || app === name);
          const text = () => files.length ? table(files, columns) : "No synced files.";
          await answer("sync", { files }, options, { text });
          if (failures[0]) throw failures[0];
          return;
        }
        for (const failure of failures) console.error(`gefyra: ${(failure as Error).message}`);
        await delay(ROUND_MS);
      }
    });
