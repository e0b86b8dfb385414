/** Puts Gefyra's objects into a cluster and takes them out again. */
import { type Cluster, type Manifest, refOf } from "../cluster/cluster.ts";
import { RESTORE_TIMEOUT_MS } from "../names.ts";
import { waitFor } from "../wait.ts";
import { type InstallOptions, manifests } from "./manifests.ts";

/** True when anything differed from what was there. */
export async function install(cluster: Cluster, options: InstallOptions): Promise<boolean> {
  let changed = false;
  for (const wave of waves(manifests(options))) {
    const differs = await Promise.all(wave.map(async (object) => {
      const before = await cluster.get(refOf(object));
      const after = await cluster.apply(object);
      return before?.metadata?.resourceVersion !== after.metadata?.resourceVersion;
    }));
    changed ||= differs.includes(true);
  }
  return changed;
}

/** The namespace and the rights come before what lives in or needs them; within a wave the order is free. */
function waves(objects: Manifest[]): Manifest[][] {
  const namespace = objects.filter(({ kind }) => kind === "Namespace");
  const workloads = objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind ?? ""));
  const rest = objects.filter((object) => !namespace.includes(object) && !workloads.includes(object));
  return [namespace, rest, workloads];
}

/** Removes everything and waits until nothing is left. */
export async function uninstall(cluster: Cluster, options: InstallOptions): Promise<void> {
  let left = manifests(options).map(refOf).reverse();
  // All at once: nobody is left who would need the rights, or the definitions.
  await Promise.all(left.map((ref) => cluster.remove(ref)));
  const gone = async () => {
    const found = await Promise.all(left.map((ref) => cluster.get(ref)));
    left = left.filter((_, i) => found[i]);
    return left.length === 0;
  };
  await waitFor(gone, {
    what: `namespace "${options.namespace}" and the other objects of Gefyra to be gone`,
    timeout: RESTORE_TIMEOUT_MS,
    interval: 100,
  });
}
