import { Option } from "@commander-js/extra-typings";
import { checkObjectName } from "../lib/cluster/object-names.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { kubeconfigPaths } from "../lib/connection/current.ts";
import { up as bringUp } from "../lib/connection/up.ts";
import { manifests } from "../lib/install/manifests.ts";
import { DEFAULT_REGISTRY, DISCONNECT_TIMEOUT_S, NAMESPACE, VERSION } from "../lib/names.ts";
import { describeCandidate } from "../lib/tunnel/endpoints.ts";
import {
  clusterOf,
  command,
  connectionOption,
  contextOption,
  kubeconfigOption,
  outputOption,
  stepsOf,
  wholeNumber,
} from "./command.ts";
import { print } from "./output.ts";
import { stringify } from "yaml";

const example = `gefyra up
gefyra up --context my-cluster --connection mine
gefyra up --dry-run -o yaml | kubectl diff -f -`;

export const up = () =>
  command("up", "Connect this machine to a cluster", example)
    .addOption(connectionOption("name of the connection (default: that of the context)"))
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .option("--namespace <name>", "gefyra's own namespace in the cluster", NAMESPACE)
    .option("--host <address>", "address under which a node can be reached")
    .option("--port <number>", "UDP port under which Stowaway can be reached", wholeNumber(1, 65535))
    .option(
      "--disconnect-timeout <seconds>",
      "silence after which the cluster forgets this machine",
      wholeNumber(30, 604800),
      DISCONNECT_TIMEOUT_S,
    )
    .addOption(
      new Option("--registry <name>", "where Gefyra's images come from").env("GEFYRA_REGISTRY")
        .default(DEFAULT_REGISTRY),
    )
    .addOption(new Option("--tag <tag>", "tag of Gefyra's images").env("GEFYRA_TAG").default(VERSION))
    .option("--dry-run", "print what would be put into the cluster, and change nothing")
    .addOption(outputOption(["json", "yaml"]))
    .action(async (options) => {
      const { registry, tag, namespace, output } = options;
      checkObjectName("namespace", namespace);
      const images = { registry, tag };
      if (options.dryRun) {
        const objects = manifests({ namespace, images });
        const yaml = () => objects.map((object) => stringify(object)).join("---\n").trimEnd();
        if (output === "json") {
          console.log(JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }, null, 2));
        } else console.log(yaml());
        return;
      }
      const engine = connectEngine();
      const cluster = await clusterOf(options);
      const result = await bringUp({ engine, cluster, steps: stepsOf(options) }, {
        connection: options.connection,
        namespace,
        images,
        kubeconfig: kubeconfigPaths(options.kubeconfig),
        host: options.host,
        port: options.port,
        disconnectTimeout: options.disconnectTimeout,
      });
      print(result, output, () => {
        const how = `${describeCandidate(result.endpoint)}, MTU ${result.mtu}`;
        if (!result.changed) {
          return `Already connected to ${cluster.context} over ${how}. Nothing was changed.`;
        }
        return `Connected to ${cluster.context} over ${how}.`;
      });
    });
