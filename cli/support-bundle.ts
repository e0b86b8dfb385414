import { supportBundle as writeBundle } from "../lib/bundle/bundle.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { NAMESPACE } from "../lib/names.ts";
import {
  clusterOf,
  command,
  connectionCluster,
  connectionOption,
  contextOption,
  kubeconfigOption,
  stepsOf,
} from "./command.ts";
import { programVersion } from "./version.ts";

export const supportBundle = () =>
  command(
    "support-bundle",
    "gefyra support-bundle -f gefyra.tar.gz",
  )
    .option("-f, --file <path>", "archive to write (default: gefyra-support-TIME.tar.gz)")
    .addOption(connectionOption("collect this one only (default: all)"))
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .action(async ({ connection, file = defaultFile(), ...options }, self) => {
      const files = await writeBundle({
        engine: connectEngine(),
        connectCluster: (known) => known ? connectionCluster(known) : clusterOf(options),
        steps: stepsOf(options),
      }, {
        connection,
        typed: self.getOptionValueSource("connection") === "cli",
        namespace: NAMESPACE,
        context: options.context,
        kubeconfig: options.kubeconfig,
        file,
        program: programVersion(),
      });
      console.log(
        options.quiet ? file : `${files.length} files in ${file}. Check it before you publish it.`,
      );
    });

const defaultFile = () => `gefyra-support-${new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, "")}.tar.gz`;
