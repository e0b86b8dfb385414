import type { V1Namespace } from "@kubernetes/client-node";
import { type Cluster, type ObjectRef, refOf } from "../lib/cluster/cluster.ts";
import { manifests } from "../lib/install/manifests.ts";
import { defaultImages, WITH_CLIENTS_ANNOTATION } from "../lib/names.ts";
import type { Context } from "./context.ts";

/**
 * Takes everything out of the cluster after the last client has vanished, the operator's own rights last. What an
 * administrator installed to stay carries no annotation and stays.
 */
export async function uninstall({ cluster, namespace, log }: Context): Promise<void> {
  const home = await cluster.get<V1Namespace>({ apiVersion: "v1", kind: "Namespace", name: namespace });
  if (home?.metadata?.annotations?.[WITH_CLIENTS_ANNOTATION] !== "true") return;
  log("the last client has vanished: removing everything");
  const outside = manifests({ namespace, images: defaultImages })
    .filter(({ metadata }) => !metadata?.namespace)
    .map(refOf);
  const role = outside.find(({ kind }) => kind === "ClusterRole")!;
  const binding = outside.find(({ kind }) => kind === "ClusterRoleBinding")!;
  await giveTo(cluster, binding, role);
  const order = ["CustomResourceDefinition", "Namespace", "ClusterRole"];
  const removed = outside.filter(({ kind }) => order.includes(kind));
  removed.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  for (const ref of removed) await cluster.remove(ref);
}

/** Without its role the operator may do nothing more, so the cluster itself must take the binding after it. */
async function giveTo(cluster: Cluster, ref: ObjectRef, owner: ObjectRef): Promise<void> {
  const { apiVersion, kind, name } = owner;
  const uid = (await cluster.get(owner))?.metadata?.uid;
  if (!uid) return;
  await cluster.patch(ref, { metadata: { ownerReferences: [{ apiVersion, kind, name, uid }] } });
}
