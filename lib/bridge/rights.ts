/** The rights that a user needs for a bridge; the operator does the rest. */
import type { Access, Cluster } from "../kube/cluster.ts";
import { GROUP } from "../names.ts";
import { resourceOf } from "../api/kinds.ts";

export function neededRights(namespace: string, kind: string): Access[] {
  const bridges = { group: GROUP, resource: "gefyrabridges", namespace };
  return [
    { verb: "create", ...bridges },
    { verb: "get", ...bridges },
    { verb: "delete", ...bridges },
    { verb: "get", ...resourceOf(kind), namespace },
    { verb: "list", group: "", resource: "pods", namespace },
  ];
}

/** Checked by SelfSubjectAccessReview, all at once. */
export async function missingRights(cluster: Cluster, namespace: string, kind: string): Promise<Access[]> {
  const rights = neededRights(namespace, kind);
  const allowed = await Promise.all(rights.map((access) => cluster.allowed(access)));
  return rights.filter((_, i) => !allowed[i]);
}

/** e.g. `create gefyrabridges.gefyra.dev in namespace "shop"`. */
export function rightText({ verb, group, resource, namespace }: Access): string {
  const what = `${verb} ${group ? `${resource}.${group}` : resource}`;
  return namespace ? `${what} in namespace "${namespace}"` : what;
}
