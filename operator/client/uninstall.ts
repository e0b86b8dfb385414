import { type KubernetesObject, type ObjectRef, refOf } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { observe } from "../../lib/uninstall/installed.ts";
import { departing, isTemporary } from "../../lib/uninstall/ownership.ts";
import { clusterRoleRef } from "../../lib/config/roles.ts";
import { foreignObjects, isShared } from "../../lib/uninstall/uninstall.ts";
import type { Context } from "../runtime/context.ts";

/**
 * Removes what `up` installed in the cluster, after the last client was removed for its silence; the operator's own rights
 * come last. What an administrator installed stays.
 */
export async function uninstall({ cluster, namespace, namespaces, log }: Context): Promise<void> {
  // Only an administrator chooses namespaces, and then the operator may read nothing outside of them.
  if (namespaces) return;
  const role = await cluster.get(clusterRoleRef(namespace));
  // The role of a permanent installation does not even allow reading the rest.
  if (!role || !isTemporary(role)) return;
  log("the last client is gone: removing the installation");
  const found = await observe(cluster, namespace);
  const crowded = (await foreignObjects(cluster, namespace, found)).length > 0;
  for (const ref of handedOver(departing(found, { crowded, shared: true }))) {
    await setOwner(cluster, ref, role);
  }
  // Asked after that: of two installations that are removed at the same time, the later one removes the definitions.
  const shared = await isShared(cluster, namespace);
  for (const ref of removedByItself(departing(found, { crowded, shared }))) await cluster.remove(ref);
}

/** The operator's role comes last: without it the operator can do nothing more. */
const byItself = ["CustomResourceDefinition", "Namespace", "ClusterRole"];

/** In this order. Pure. */
export function removedByItself(going: ObjectRef[]): ObjectRef[] {
  return byItself.flatMap((kind) => going.filter((ref) => ref.kind === kind));
}

/** What the cluster's garbage collector removes after the role. Pure. */
export function handedOver(going: ObjectRef[]): ObjectRef[] {
  return going.filter(({ kind }) => !byItself.includes(kind));
}

async function setOwner(cluster: Cluster, ref: ObjectRef, owner: KubernetesObject): Promise<void> {
  const { apiVersion, kind, name } = refOf(owner);
  const ownerReferences = [{ apiVersion, kind, name, uid: owner.metadata?.uid }];
  await cluster.patch(ref, { metadata: { ownerReferences } });
}
