import { checkObjectName } from "../lib/api/object-names.ts";
import { removeInstallation } from "../lib/install/remove.ts";
import { NAMESPACE } from "../lib/names.ts";
import { clusterOf, command, contextOption, kubeconfigOption, stepsOf } from "./command.ts";
import { say } from "./output.ts";

const example = `gefyra uninstall
gefyra uninstall --force`;

export const uninstall = () =>
  command("uninstall", example)
    .addOption(contextOption())
    .addOption(kubeconfigOption())
    .option("--namespace <name>", "Gefyra's namespace in the cluster", NAMESPACE)
    .option("--force", "also while others use it: restore their pods and remove their clients first")
    .action(async (options) => {
      const { namespace, force = false } = options;
      checkObjectName("namespace", namespace);
      const cluster = await clusterOf(options);
      const { changed, stays } = await removeInstallation({ cluster, steps: stepsOf(options) }, {
        namespace,
        force,
      });
      const where = `namespace "${namespace}" of ${cluster.context}`;
      say(
        options,
        !changed
          ? `Gefyra is not installed in ${where}. Nothing to do.`
          : `Gefyra is removed from ${where}.${stays ? ` What stays: ${stays}.` : ""}`,
      );
    });
