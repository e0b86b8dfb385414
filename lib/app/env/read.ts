/** The environment of a container in the cluster: of its process, or else from the API objects. */
import type { Cluster } from "../../kube/cluster.ts";
import type { Origin } from "../origin.ts";
import { readSources } from "./objects.ts";
import { readProcess } from "./process.ts";
import { resolveEnvironment } from "./resolve.ts";

export interface Environment {
  /** All of it, also what makes no sense on this machine. */
  variables: Map<string, string>;
  /** What could not be read, and why; never a value. */
  notes: string[];
}

export async function readEnvironment(cluster: Cluster, origin: Origin): Promise<Environment> {
  const read = origin.running
    ? await readProcess(cluster, origin.pod, origin.container.name)
    : { reason: `container "${origin.container.name}" itself does not run` };
  if (!("reason" in read)) return read;
  const { sources, notes } = await readSources(cluster, origin);
  const { variables, unresolved } = resolveEnvironment(sources);
  return {
    variables,
    notes: [
      `the environment is read from API objects, without the image's own variables and what the entrypoint sets: ${read.reason}`,
      ...notes,
      ...unresolved,
    ],
  };
}
