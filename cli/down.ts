import { Option } from "@commander-js/extra-typings";
import { disconnect, type Gone } from "../lib/connection/down.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { command, connectionCluster, connectionOption, stepsOf } from "./command.ts";

export const down = () =>
  command("down", "Give everything back and disconnect from the cluster", "gefyra down")
    .addOption(connectionOption())
    .addOption(new Option("--all", "all connections of this machine"))
    .action(async (options) => {
      const { connection: name, all, quiet } = options;
      const tools = {
        engine: connectEngine(),
        steps: stepsOf(options),
        connectCluster: connectionCluster,
      };
      const gone = await disconnect(tools, { name, all });
      if (!quiet) console.log(text(gone));
    });

function text({ gone, left, changed }: Gone): string {
  if (!changed) return "Not connected. Nothing to do.";
  if (left.length === 0) return "Disconnected. Nothing of Gefyra is left.";
  const [verb, noun] = left.length === 1 ? ["stays", "connection"] : ["stay", "connections"];
  return `Disconnected${gone.length ? ` ${gone.join(", ")}` : ""}. The ${noun} ${left.join(", ")} ${verb}.`;
}
