import { type KubernetesObject, type ObjectRef, refOf } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { observe } from "../../lib/uninstall/installed.ts";
import { departing, isTemporary } from "../../lib/uninstall/ownership.ts";
import { clusterRoleRef } from "../../lib/config/roles.ts";
import { foreignObjects, isShared } from "../../lib/uninstall/uninstall.ts";
import type { Context } from "../runtime/context.ts";

/**
 * Takes out of the cluster what `up` put there, after the last client has vanished, the operator's own rights last. What
 * an administrator installed stays.
 */
export async function uninstall({ cluster, namespace, log }: Context): Promise<void> {
  const role = await cluster.get(clusterRoleRef(namespace));
  // It may look at the rest only where it may remove it.
  if (!role || !isTemporary(role)) return;
  log("the last client is gone: removing the installation");
  const found = await observe(cluster, namespace);
  const crowded = (await foreignObjects(cluster, namespace, found)).length > 0;
  for (const ref of handedOver(departing(found, { crowded, shared: true }))) await giveTo(cluster, ref, role);
  // After that, so that of two installations that go at the same moment the later one takes the definitions.
  const shared = await isShared(cluster, namespace);
  for (const ref of removedByItself(departing(found, { crowded, shared }))) await cluster.remove(ref);
}

/** Its role comes last: without it the operator may do nothing more. */
const byItself = ["CustomResourceDefinition", "Namespace", "ClusterRole"];

/** In this order. Pure. */
export function removedByItself(going: ObjectRef[]): ObjectRef[] {
  return byItself.flatMap((kind) => going.filter((ref) => ref.kind === kind));
}

/** What the cluster's garbage collector takes after the role. Pure. */
export function handedOver(going: ObjectRef[]): ObjectRef[] {
  return going.filter(({ kind }) => !byItself.includes(kind));
}

async function giveTo(cluster: Cluster, ref: ObjectRef, owner: KubernetesObject): Promise<void> {
  const { apiVersion, kind, name } = refOf(owner);
  const ownerReferences = [{ apiVersion, kind, name, uid: owner.metadata?.uid }];
  await cluster.patch(ref, { metadata: { ownerReferences } });
}
