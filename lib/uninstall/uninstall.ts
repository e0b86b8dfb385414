/** Removes Gefyra's objects from a cluster: those that `up` created, or all of an installation. */
import type { V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { KubernetesObject, ObjectRef } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import { RESTORE_TIMEOUT_MS } from "../names.ts";
import { waitFor } from "../wait.ts";
import { observe, observeAll } from "./installed.ts";
import {
  departing,
  type Extent,
  type Found,
  goes,
  isForeignGuest,
  isOtherInstallation,
  isPermanent,
  OPERATORS,
  OURS,
} from "./ownership.ts";

/** Removes the installation and waits until it is gone. Returns what stays, and why. */
export async function uninstall(
  cluster: Cluster,
  namespace: string,
  extent: Extent = "temporary",
): Promise<string | undefined> {
  const found = await (extent === "all" ? observeAll : observe)(cluster, namespace);
  if (extent === "temporary" && isPermanent(found)) return "the installation is permanent and stays";
  const foreign = await foreignObjects(cluster, namespace, found, extent);
  const others = { crowded: foreign.length > 0, shared: true };
  // All at once: nothing needs the rights any more.
  const rest = departing(found, others, extent);
  await Promise.all(rest.map((ref) => cluster.remove(ref)));
  // If two installations are removed at the same time, the later one sees that the other is gone.
  const shared = await isShared(cluster, namespace);
  const all = departing(found, { ...others, shared }, extent);
  const definitions = all.filter(({ kind }) => kind === "CustomResourceDefinition");
  await Promise.all(definitions.map((ref) => cluster.remove(ref)));
  await untilGone(cluster, namespace, [...rest, ...definitions]);
  return whatStays(namespace, foreign, shared);
}

function whatStays(namespace: string, foreign: Found, shared: boolean): string | undefined {
  const names = foreign.map(({ kind, metadata }) => `${kind} "${metadata?.name}"`);
  const crowd = foreign.length
    ? `namespace "${namespace}" stays with ${names.slice(0, 3).join(", ")}${names.length > 3 ? " …" : ""}`
    : undefined;
  const definitions = shared ? "the custom resource definitions stay for another installation" : undefined;
  return [crowd, definitions].filter(Boolean).join("; ") || undefined;
}

/** Whether another installation needs the definitions. */
export async function isShared(cluster: Cluster, namespace: string): Promise<boolean> {
  const operators = await cluster.list({ ...gvk.Deployment, labels: OPERATORS });
  return operators.some(isOtherInstallation(namespace));
}

const guestKinds = [
  gvk.Deployment,
  gvk.StatefulSet,
  gvk.DaemonSet,
  gvk.ReplicaSet,
  gvk.Pod,
  gvk.Service,
  gvk.ConfigMap,
  gvk.PersistentVolumeClaim,
];

/** Foreign objects in a namespace that would be removed. */
export async function foreignObjects(
  cluster: Cluster,
  namespace: string,
  found: Found,
  extent: Extent = "temporary",
): Promise<KubernetesObject[]> {
  const home = found.find(({ kind }) => kind === "Namespace");
  if (!home || !goes(found, extent)(home)) return [];
  const lists = await Promise.all(guestKinds.map((kind) => cluster.list({ ...kind, namespace })));
  return lists.flat().filter(isForeignGuest);
}

async function untilGone(cluster: Cluster, namespace: string, refs: ObjectRef[]): Promise<void> {
  let left = refs;
  const gone = async () => {
    const found = await Promise.all(left.map((ref) => cluster.get(ref)));
    left = left.filter((_, i) => found[i]);
    if (left.length) return false;
    // If the namespace stays, the pods end a moment after their owners.
    return (await cluster.list<V1Pod>({ ...gvk.Pod, namespace, labels: OURS }))
      .length === 0;
  };
  await waitFor(gone, {
    what: `namespace "${namespace}" and the other objects of Gefyra to be gone`,
    timeout: RESTORE_TIMEOUT_MS,
    interval: 100,
  });
}
