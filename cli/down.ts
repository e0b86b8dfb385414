import { Option } from "@commander-js/extra-typings";
import { disconnect, type Gone } from "../lib/connection/down.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { clusterOf, command, connectionCluster, connectionOption, stepsOf } from "./command.ts";
import { timeoutOption, within } from "./interruptible.ts";
import { say } from "./output.ts";

export const down = () =>
  command("down", "gefyra down")
    .addOption(connectionOption())
    .addOption(new Option("--all", "disconnect all connections of this machine"))
    .addOption(timeoutOption("run it again to go on"))
    .action(async (options, self) => {
      const { connection: name, all } = options;
      const tools = {
        engine: connectEngine(),
        steps: stepsOf(options),
        connectCluster: connectionCluster,
        currentCluster: () => clusterOf({}),
      };
      const typed = self.getOptionValueSource("connection") === "cli";
      const gone = await within(options, () => disconnect(tools, { name, all, typed }));
      say(options, [text(gone), ...gone.remarks].join("\n"));
    });

function text({ gone, left, changed, remarks }: Gone): string {
  if (!changed) return remarks.length ? "Not connected." : "Not connected. Nothing to do.";
  if (left.length === 0) return remarks.length ? "Disconnected." : "Disconnected. Nothing of Gefyra is left.";
  const [verb, noun] = left.length === 1 ? ["stays", "connection"] : ["stay", "connections"];
  return `Disconnected${gone.length ? ` ${gone.join(", ")}` : ""}. The ${noun} ${left.join(", ")} ${verb}.`;
}
