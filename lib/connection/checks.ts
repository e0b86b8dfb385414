import type { Access, Cluster } from "../cluster/cluster.ts";
import { GefyraError } from "../errors.ts";
import { GROUP } from "../names.ts";

const needed = (namespace: string): Access[] => [
  { verb: "create", group: "", resource: "namespaces" },
  { verb: "create", group: "apiextensions.k8s.io", resource: "customresourcedefinitions" },
  { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
  { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" },
  { verb: "create", group: "apps", resource: "deployments", namespace },
  { verb: "create", group: "apps", resource: "statefulsets", namespace },
  { verb: "create", group: "", resource: "services", namespace },
  { verb: "create", group: GROUP, resource: "gefyraclients", namespace },
];

export async function missingInstallRights(cluster: Cluster, namespace: string): Promise<Access[]> {
  const rights = needed(namespace);
  const allowed = await Promise.all(rights.map((access) => cluster.allowed(access)));
  return rights.filter((_, i) => !allowed[i]);
}

/** All missing rights at once, before anything is touched. */
export async function checkRights(cluster: Cluster, namespace: string): Promise<void> {
  const missing = await missingInstallRights(cluster, namespace);
  if (missing.length === 0) return;
  const list = missing.map(({ verb, group, resource }) =>
    `${verb} ${group ? `${resource}.${group}` : resource}`
  );
  throw new GefyraError(
    "rights-missing",
    `Cannot install Gefyra in "${cluster.context}": its user may not ${list.join(", ")}`,
    {
      exit: "forbidden",
      hint: "use a context with these rights, or let an administrator apply `gefyra up --dry-run -o yaml`",
    },
  );
}
