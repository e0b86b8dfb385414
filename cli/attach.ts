/** `gefyra attach` and `detach`. */
import { attachContainer } from "../lib/app/attach/attach.ts";
import { detachContainers } from "../lib/app/attach/detach.ts";
import { whileConnected } from "../lib/connection/lock.ts";
import { command, connectionCluster, connectionOption, requireConnected, stepsOf } from "./command.ts";
import { note } from "./output.ts";

export const attach = () =>
  command(
    "attach",
    "gefyra attach my-project-web-1 -n shop",
  )
    .argument("<containers...>", "names or ids of running containers")
    .option("-n, --namespace <name>", "namespace whose names the containers see", "default")
    .addOption(connectionOption())
    .action(async (names, { namespace, ...options }) => {
      const { engine, connection } = await requireConnected(options.connection);
      const cluster = await connectionCluster(connection);
      const steps = stepsOf(options);
      await whileConnected(engine, connection, { command: "attach", steps }, async () => {
        for (const name of names) {
          console.log(await attachContainer({ engine, cluster, steps }, connection, { name, namespace }));
        }
      });
    });

export const detach = () =>
  command("detach", "gefyra detach my-project-web-1")
    .argument("<names...>", "attached containers")
    .option("-f, --force", "remove their bridges, too")
    .addOption(connectionOption())
    .action(async (names, { force = false, ...options }) => {
      const { engine, connection } = await requireConnected(options.connection);
      const cluster = await connectionCluster(connection);
      await whileConnected(engine, connection, { command: "detach", steps: stepsOf(options) }, async () => {
        note(options, await detachContainers({ engine, cluster }, connection, names, { force }));
      });
      for (const name of names) console.log(name);
    });
