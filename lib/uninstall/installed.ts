import type { Cluster } from "../kube/cluster.ts";
import { gvk } from "../api/gvk.ts";
import { type KubernetesObject, refOf } from "../api/objects.ts";
import { belongings } from "../config/manifests.ts";
import { clusterRoleName } from "../config/roles.ts";
import { type Found, OURS } from "./ownership.ts";

/** The existing objects of an installation, or with its names. */
export async function observe(cluster: Cluster, namespace: string): Promise<Found> {
  const found = await Promise.all(belongings(namespace).map((object) => cluster.get(refOf(object))));
  return found.flatMap((object) => object ?? []);
}

/** The same with the operator's bindings in other namespaces, which only an administrator creates and may list. */
export async function observeAll(cluster: Cluster, namespace: string): Promise<Found> {
  const [found, bindings] = await Promise.all([
    observe(cluster, namespace),
    cluster.list<KubernetesObject>({ ...gvk.RoleBinding, labels: OURS }),
  ]);
  const ofOperator = bindings.filter(({ metadata }) => metadata?.name === clusterRoleName(namespace));
  return [...found, ...ofOperator];
}
