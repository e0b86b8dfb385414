/** What Gefyra itself did and believed: printed when a step fails, as it is gone with the next `down`. */
import { GROUP, NAMESPACE, OPERATOR, STOWAWAY } from "../../../lib/names.ts";
import { tryKubectl } from "./kube.ts";

const LINES = "60";

/** Never fails: that a cluster does not answer is told, too. */
export async function dumpState(): Promise<string> {
  const logs = (workload: string, container: string) => {
    const which = [workload, "--namespace", NAMESPACE, "--container", container];
    return ["logs", ...which, "--timestamps", "--tail", LINES];
  };
  const questions = {
    "bridges and clients": [
      ...["get", `gefyrabridges.${GROUP},gefyraclients.${GROUP}`, "--all-namespaces"],
      ...["--output", "jsonpath={range .items[*]}{.metadata.name}{'\\t'}{.status}{'\\n'}{end}"],
    ],
    "the operator": logs(`deployment/${OPERATOR}`, "operator"),
    Stowaway: logs(`statefulset/${STOWAWAY}`, "stowaway"),
  };
  const answers = await Promise.all(
    Object.entries(questions).map(async ([title, args]) => {
      const { stdout, stderr } = await tryKubectl(...args);
      return `--- ${title}\n${stdout}${stderr}`;
    }),
  );
  return answers.join("\n");
}
