import type { Access, Cluster } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import { GROUP } from "../names.ts";

/** With an administrator's installation, a user only needs the rights to connect. */
const toConnect = (namespace: string): Access[] => [
  { verb: "create", group: GROUP, resource: "gefyraclients", namespace },
];

const toInstall = (namespace: string): Access[] => [
  { verb: "create", group: "", resource: "namespaces" },
  { verb: "create", group: "apiextensions.k8s.io", resource: "customresourcedefinitions" },
  { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
  { verb: "create", group: "rbac.authorization.k8s.io", resource: "clusterrolebindings" },
  { verb: "create", group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicies" },
  { verb: "create", group: "admissionregistration.k8s.io", resource: "validatingadmissionpolicybindings" },
  { verb: "create", group: "apps", resource: "deployments", namespace },
  { verb: "create", group: "apps", resource: "statefulsets", namespace },
  { verb: "create", group: "", resource: "services", namespace },
  { verb: "create", group: "networking.k8s.io", resource: "networkpolicies", namespace },
  ...toConnect(namespace),
];

export async function missingInstallRights(
  cluster: Cluster,
  namespace: string,
  { installed = false }: { installed?: boolean } = {},
): Promise<Access[]> {
  const rights = installed ? toConnect(namespace) : toInstall(namespace);
  const allowed = await Promise.all(rights.map((access) => cluster.allowed(access)));
  return rights.filter((_, i) => !allowed[i]);
}

/**
 * Reports all missing rights at once, before anything is changed. `installed`: an administrator has installed Gefyra.
 */
export async function checkRights(
  cluster: Cluster,
  namespace: string,
  { installed }: { installed: boolean },
): Promise<void> {
  const missing = await missingInstallRights(cluster, namespace, { installed });
  if (missing.length === 0) return;
  const list = missing.map(({ verb, group, resource }) =>
    `${verb} ${group ? `${resource}.${group}` : resource}`
  );
  throw new GefyraError(
    "rights-missing",
    `Cannot ${installed ? "use" : "install"} Gefyra in "${cluster.context}": its user may not ${
      list.join(", ")
    }`,
    {
      exit: "forbidden",
      hint: installed
        ? "use a context with these rights, or ask an administrator for them"
        : "use a context with these rights, or ask an administrator to apply `gefyra up --dry-run -o yaml`",
    },
  );
}
