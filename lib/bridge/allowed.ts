/** Whether bridges are allowed where one is wanted, and whether this user may make one. */
import type { Access } from "../api/access.ts";
import { toBridge } from "../config/developer-rights.ts";
import type { Connection } from "../connection/connection.ts";
import { GefyraError } from "../errors.ts";
import { findInstallation } from "../install/existing.ts";
import type { Cluster } from "../kube/cluster.ts";
import { missingOf } from "../kube/rights.ts";
import type { Target } from "../workload/target.ts";

/** The rights that this user lacks to make a bridge, and to remove it. Refuses a namespace that is not enabled. */
export async function missingToBridge(
  cluster: Cluster,
  connection: Connection,
  { namespace, target }: { namespace: string; target: Target },
): Promise<Access[]> {
  const [installation, missing] = await Promise.all([
    findInstallation(cluster, connection.namespace),
    missingOf(cluster, toBridge(namespace, target.kind)),
  ]);
  refuseNamespace(installation?.namespaces, namespace);
  return missing;
}

/** The operator does not see bridges in a namespace that the administrator has not enabled. Pure. */
export function refuseNamespace(enabled: string[] | undefined, namespace: string): void {
  if (!enabled || enabled.includes(namespace)) return;
  const all = [...enabled, namespace].join(",");
  throw new GefyraError(
    "namespace-not-enabled",
    `Cannot bridge in namespace "${namespace}": bridges are not enabled there, only in ${enabled.join(", ")}`,
    { exit: "refused", hint: `ask an administrator to add it: \`gefyra install --namespaces ${all}\`` },
  );
}
