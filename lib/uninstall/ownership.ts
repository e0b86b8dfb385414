/** Which objects of a cluster are Gefyra's, which `up` may write, and which are removed with the last client. Pure. */
import { type KubernetesObject, type Manifest, type ObjectRef, refOf } from "../api/objects.ts";
import { GefyraError } from "../errors.ts";
import { clusterLabels, COMPONENT_LABEL, OPERATOR, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import type { Removes } from "../config/roles.ts";

/** All existing objects of an installation, including its namespace. */
export type Found = KubernetesObject[];

/** Created by `up`, or from the output of `up --dry-run`. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return Object.entries(clusterLabels).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Created by `up`: it is removed with the last client. */
export function isTemporary(object: KubernetesObject): boolean {
  return isOurs(object) && object.metadata?.annotations?.[WITH_CLIENTS_ANNOTATION] === "true";
}

const ofKind = (found: Found, kind: string) => found.find((object) => object.kind === kind);
const isSame = (a: KubernetesObject, b: KubernetesObject) =>
  a.kind === b.kind && a.metadata?.name === b.metadata?.name &&
  a.metadata?.namespace === b.metadata?.namespace;
const same = (found: Found, wanted: Manifest) => found.find((object) => isSame(object, wanted));
const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} "${metadata?.name}"`;

/** An administrator's installation, by its ClusterRole. Users do not add missing objects to it. */
export function isPermanent(found: Found): boolean {
  const role = ofKind(found, "ClusterRole");
  return role !== undefined && !isTemporary(role);
}

/** Gefyra is installed in the namespace, or is being installed. */
export const isInstalled = (found: Found): boolean => ofKind(found, "ClusterRole") !== undefined;

/** A namespace that existed before stays, so its operator needs no right to delete it. */
export function removesOf(found: Found): Removes {
  const home = ofKind(found, "Namespace");
  return !home || isTemporary(home) ? "namespace" : "objects";
}

/** Refuses objects with Gefyra's names that Gefyra did not create; only the namespace may be foreign. */
export function refuseForeign(found: Found, namespace: string): void {
  const foreign = found.filter((object) => object.kind !== "Namespace" && !isOurs(object));
  if (foreign.length === 0) return;
  const [verb, them] = foreign.length === 1 ? ["exists, and is", "it"] : ["exist, and are", "them"];
  throw new GefyraError(
    "object-foreign",
    `Cannot install Gefyra in namespace "${namespace}": ${
      foreign.map(nameOf).join(", ")
    } ${verb} not Gefyra's`,
    { exit: "conflict", hint: `choose another namespace with --namespace, or remove ${them}` },
  );
}

/**
 * The objects that `up` writes: missing ones, marked for removal with the last client, and ones that an earlier `up`
 * wrote. The rest stays as it is: always a namespace, and an administrator's objects.
 */
export function planInstall(wanted: Manifest[], found: Found, namespace: string): Manifest[] {
  refuseForeign(found, namespace);
  if (isPermanent(found)) {
    // Bindings in other namespaces are the administrator's to see.
    const isAtHome = ({ kind, metadata }: Manifest) =>
      kind !== "Namespace" && [undefined, namespace].includes(metadata?.namespace);
    const missing = wanted.filter((object) => isAtHome(object) && !same(found, object));
    if (missing.length === 0) return [];
    throw new GefyraError(
      "installation-incomplete",
      `Cannot use the installation in namespace "${namespace}": ${missing.map(nameOf).join(", ")} missing`,
      {
        exit: "conflict",
        hint:
          `an administrator made this installation and can complete it: \`gefyra install --namespace ${namespace}\``,
      },
    );
  }
  return wanted.filter((object) => {
    const is = same(found, object);
    return !is || (object.kind !== "Namespace" && isTemporary(is));
  }).map(temporary);
}

const temporary = (object: Manifest) => marked(object, "true");

function marked(object: Manifest, value: "true" | "false"): Manifest {
  const annotations = { ...object.metadata?.annotations, [WITH_CLIENTS_ANNOTATION]: value };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** What `gefyra install` does. */
export interface PermanentPlan {
  /** In the order of their creation; what `up` made becomes permanent. */
  writes: Manifest[];
  /** Bindings in namespaces where bridges are no longer allowed. */
  removes: ObjectRef[];
}

/** A namespace that existed before stays as it is. */
export function planPermanent(wanted: Manifest[], found: Found, namespace: string): PermanentPlan {
  const belongs = found.filter((object) =>
    object.kind !== "RoleBinding" || object.metadata?.namespace === namespace
  );
  refuseForeign(belongs, namespace);
  const writes = wanted.filter((object) =>
    object.kind !== "Namespace" || isDue(object, ofKind(found, "Namespace"))
  )
    .map((object) => {
      const is = same(found, object);
      return is && isTemporary(is) ? marked(object, "false") : object;
    });
  const unwanted = found.filter((object) => object.kind?.endsWith("Binding") && isOurs(object))
    .filter((object) => !wanted.some((one) => isSame(one, object)));
  return { writes, removes: unwanted.map(refOf) };
}

/** Whether the namespace is written: a foreign one is not, nor one that is as it should be. */
function isDue(wanted: Manifest, is: KubernetesObject | undefined): boolean {
  if (!is) return true;
  const labels = Object.entries(wanted.metadata?.labels ?? {});
  const fits = labels.every(([key, value]) => is.metadata?.labels?.[key] === value);
  return isOurs(is) && (!fits || isTemporary(is));
}

export interface Others {
  /** The namespace has foreign objects. */
  crowded: boolean;
  /** Another installation needs the definitions. */
  shared: boolean;
}

/** What a removal takes: only what `up` made, or an administrator's installation as well (`gefyra uninstall`). */
export type Extent = "temporary" | "all";

/** Whether an object of an installation is removed, other things being equal. */
export const goes = (found: Found, extent: Extent) => (object: KubernetesObject): boolean =>
  extent === "all" ? isOurs(object) : !isPermanent(found) && isTemporary(object);

/** The objects that are removed. If the ClusterRole is gone, the removal has already begun. */
export function departing(
  found: Found,
  { crowded, shared }: Others,
  extent: Extent = "temporary",
): ObjectRef[] {
  return found.filter(goes(found, extent))
    .filter(({ kind }) => !(kind === "Namespace" && crowded))
    .filter(({ kind }) => !(kind === "CustomResourceDefinition" && shared))
    .map(refOf);
}

/**
 * The Deployment of another installation's operator. One with an owner is being removed, see
 * operator/client/uninstall.ts.
 */
export function isOtherInstallation(namespace: string) {
  return (object: KubernetesObject): boolean =>
    isOurs(object) && object.metadata?.name === OPERATOR && object.metadata.namespace !== namespace &&
    !object.metadata.deletionTimestamp && !object.metadata.ownerReferences?.length;
}

/** As in `kubectl -l`. */
export const OURS = Object.entries(clusterLabels).map(([key, value]) => `${key}=${value}`).join(",");
export const OPERATORS = `${OURS},${COMPONENT_LABEL}=operator`;

/**
 * Foreign objects in Gefyra's namespace: neither Gefyra's, nor created by Kubernetes in every namespace, nor being
 * deleted.
 */
export function isForeignGuest(object: KubernetesObject): boolean {
  const { name, deletionTimestamp } = object.metadata ?? {};
  return !isOurs(object) && !deletionTimestamp && name !== "kube-root-ca.crt";
}
