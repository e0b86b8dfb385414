import { down as bringDown } from "../lib/connection/down.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { command, connectionCluster, connectionOption, stepsOf } from "./command.ts";

export const down = () =>
  command("down", "Give everything back and disconnect from the cluster", "gefyra down")
    .addOption(connectionOption())
    .action(async (options) => {
      const changed = await bringDown({
        engine: connectEngine(),
        steps: stepsOf(options),
        connectCluster: connectionCluster,
      }, options.connection);
      if (!options.quiet) {
        console.log(changed ? "Disconnected. Nothing of Gefyra is left." : "Not connected. Nothing to do.");
      }
    });
