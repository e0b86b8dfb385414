/** Creates Gefyra's objects in a cluster. */
import { isDeepStrictEqual } from "node:util";
import type { V1Namespace } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { KubernetesObject, Manifest } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { RESTORE_TIMEOUT_MS } from "../names.ts";
import { allSettled } from "../settled.ts";
import { waitFor } from "../wait.ts";
import type { InstallOptions } from "../config/install-options.ts";
import { observe } from "../uninstall/installed.ts";
import { type Found, isTemporary, planInstall, removesOf } from "../uninstall/ownership.ts";
import { servedManifests } from "./served.ts";

/** Refuses a namespace that does not admit Stowaway's pod, if the changes create it. */
export async function checkHome(
  cluster: Cluster,
  namespace: string,
  changes: Manifest[],
  found: Found,
): Promise<void> {
  const home = found.find(({ kind }) => kind === "Namespace");
  const stowaway = changes.find(({ kind }) => kind === "StatefulSet");
  const isThere = found.some(({ kind }) => kind === "StatefulSet");
  // A namespace that `up` created admits it; one that is being deleted will be replaced.
  const isForeign = home && !isTemporary(home) && !home.metadata?.deletionTimestamp;
  if (isForeign && stowaway && !isThere) await checkAdmission(cluster, namespace, stowaway);
}

/** Stowaway's pod needs NET_ADMIN. A dry run asks all admission of the namespace without changing anything. */
async function checkAdmission(cluster: Cluster, namespace: string, { spec }: Manifest): Promise<void> {
  const { metadata, spec: pod } = (spec as { template: { metadata: object; spec: object } }).template;
  const name = "gefyra-stowaway-check";
  const probe = { ...gvk.Pod, metadata: { ...metadata, name, namespace }, spec: pod };
  try {
    await cluster.create(probe as KubernetesObject, { dryRun: true });
  } catch (error) {
    const reason = messageOf(error);
    // A user who may not create pods, or a webhook that does not support dry runs, says nothing about Stowaway's pod.
    if (/needs "create pods"|does not support dry run/.test(reason)) return;
    const label =
      `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged --overwrite`;
    throw new GefyraError(
      "namespace-refuses",
      `Cannot install Gefyra in namespace "${namespace}": it does not admit Stowaway's pod: ${
        reason.replace(/^Cannot act on the cluster: /, "")
      }`,
      {
        exit: "refused",
        hint: /PodSecurity/.test(reason)
          ? `choose a namespace that does not exist yet with --namespace, or let it admit NET_ADMIN: \`${label}\``
          : "choose another namespace with --namespace",
        cause: error,
      },
    );
  }
}

/** By `up`. True if anything was changed. */
export async function install(cluster: Cluster, options: InstallOptions): Promise<boolean> {
  const { namespace } = options;
  const found = await untilSettled(namespace, () => observe(cluster, namespace));
  return await writeAll(
    cluster,
    planInstall(
      await servedManifests(cluster, { ...options, removes: removesOf(found) }),
      found,
      namespace,
    ),
    found,
  );
}

/** True if anything was changed. */
export async function writeAll(cluster: Cluster, objects: Manifest[], found: Found): Promise<boolean> {
  let changed = false;
  for (const wave of waves(objects)) {
    const differs = await allSettled(wave.map((object) => write(cluster, object, found)));
    changed ||= differs.includes(true);
  }
  return changed;
}

/** Objects that are being deleted cannot be used, and cannot be created again before they are gone. */
export async function untilSettled(namespace: string, look: () => Promise<Found>): Promise<Found> {
  let found: Found = [];
  const settled = async () => {
    found = await look();
    return found.every(({ metadata }) => !metadata?.deletionTimestamp);
  };
  await waitFor(settled, {
    what: `the earlier removal of Gefyra from namespace "${namespace}" to end`,
    timeout: RESTORE_TIMEOUT_MS,
    interval: 250,
  });
  return found;
}

async function write(cluster: Cluster, object: Manifest, found: Found): Promise<boolean> {
  const before = found.find(({ kind, metadata }) =>
    kind === object.kind && metadata?.name === object.metadata?.name &&
    metadata?.namespace === object.metadata?.namespace
  );
  // Created if absent: it may belong to somebody else by now.
  if (object.kind === "Namespace" && !before) {
    return await cluster.create<V1Namespace>(object).then(() => true, (error) => {
      if (error instanceof GefyraError && error.exit === "conflict") return false;
      throw error;
    });
  }
  const after = await cluster.apply(object);
  return !isDeepStrictEqual(before && withoutState(before), withoutState(after));
}

/** Controllers write the status of what was just installed at any time. Pure. */
export function withoutState(object: KubernetesObject): object {
  const { metadata, status: _, ...rest } = object as KubernetesObject & { status?: unknown };
  const { resourceVersion: _version, managedFields: _fields, ...lasting } = metadata ?? {};
  return { ...rest, metadata: lasting };
}

/** The namespace and the rights come before the objects that need them; within a wave the order does not matter. */
function waves(objects: Manifest[]): Manifest[][] {
  const namespace = objects.filter(({ kind }) => kind === "Namespace");
  const workloads = objects.filter(({ kind }) => ["Deployment", "StatefulSet"].includes(kind ?? ""));
  const rest = objects.filter((object) => !namespace.includes(object) && !workloads.includes(object));
  return [namespace, rest, workloads];
}
