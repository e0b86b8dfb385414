import { Option } from "@commander-js/extra-typings";
import { envFormats, writeVariables } from "../lib/app/env/format.ts";
import { clusterVariables } from "../lib/app/env/gather.ts";
import { localVariables } from "../lib/app/env/local.ts";
import {
  clusterOf,
  command,
  connectionOption,
  contextOption,
  kubeconfigOption,
  requireCluster,
} from "./command.ts";
import { note } from "./output.ts";

const example = `gefyra env deployment/api -n shop > api.env
gefyra env pod/api-0/server -n shop -o json
eval "$(gefyra env deployment/api -n shop -o shell)"`;

export const env = () =>
  command("env", example)
    .argument("<target>", "KIND/NAME[/CONTAINER], the kind as kubectl names it")
    .option("-n, --namespace <name>", "namespace of the target", "default")
    .addOption(
      new Option(
        "-o, --output <format>",
        "dotenv: for docker's --env-file; json; shell: for eval",
      ).choices(envFormats).default("dotenv" as const),
    )
    .addOption(connectionOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .action(async (target, options) => {
      // Needs no connection, and no Docker, if the cluster is named.
      const named = options.kubeconfig !== undefined || options.context !== undefined;
      const cluster = await (named ? clusterOf(options) : connectedCluster(options.connection));
      const { variables, notes } = await clusterVariables(cluster, options.namespace, [target]);
      const [found = new Map()] = variables;
      const { text, remarks } = writeVariables(localVariables(found), options.output);
      const left = remarks.map((remark) => `left out, as ${options.output} cannot express it: ${remark}`);
      note(options, [...notes, ...left]);
      if (text) console.log(text);
    });

async function connectedCluster(connection: string | undefined) {
  return (await requireCluster(connection)).cluster;
}
