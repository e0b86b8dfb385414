/** `gefyra attach` and `detach`. */
import { attachContainer, awaitRunning } from "../lib/app/attach/attach.ts";
import { detachContainers } from "../lib/app/attach/detach.ts";
import { whileConnected } from "../lib/connection/lock.ts";
import { command, connectionOption, requireCluster, stepsOf, wholeNumber } from "./command.ts";
import { interruptible } from "./interruptible.ts";
import { note } from "./output.ts";

/** A day: longer than anybody waits. */
const LONGEST_S = 86_400;

export const attach = () =>
  command(
    "attach",
    "gefyra attach my-project-web-1 -n shop",
  )
    .argument("<containers...>", "names or ids of running containers")
    .option("-n, --namespace <name>", "namespace whose names the containers see", "default")
    .option(
      "--wait <seconds>",
      "wait so long for containers that do not run yet",
      wholeNumber(0, LONGEST_S),
      0,
    )
    .addOption(connectionOption())
    .action(async (names, { namespace, wait, ...options }) => {
      const { engine, connection, cluster } = await requireCluster(options.connection);
      const steps = stepsOf(options);
      const tools = { engine, cluster, steps };
      for (const name of names) {
        await awaitRunning(tools, name, wait * 1000);
        await whileConnected(engine, connection, { command: "attach", steps }, async () => {
          const attached = await interruptible(
            options,
            () => attachContainer(tools, connection, { name, namespace }),
          );
          note(options, attached.notes);
          console.log(attached.name);
        });
      }
    });

export const detach = () =>
  command("detach", "gefyra detach my-project-web-1")
    .argument("<names...>", "attached containers")
    .option("-f, --force", "remove their bridges, too")
    .addOption(connectionOption())
    .action(async (names, { force = false, ...options }) => {
      const { engine, connection, cluster } = await requireCluster(options.connection);
      await whileConnected(engine, connection, { command: "detach", steps: stepsOf(options) }, async () => {
        note(options, await detachContainers({ engine, cluster }, connection, names, { force }));
      });
      for (const name of names) console.log(name);
    });
