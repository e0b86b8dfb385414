/** What of a cluster is Gefyra's, what `up` may write, and what goes with the last client. Pure. */
import { type KubernetesObject, type Manifest, type ObjectRef, refOf } from "../api/objects.ts";
import { GefyraError } from "../errors.ts";
import { clusterLabels, COMPONENT_LABEL, OPERATOR, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import type { Removes } from "../config/roles.ts";

/** Everything of an installation that is there, its own namespace included. */
export type Found = KubernetesObject[];

/** From `up`, or from what `up --dry-run` prints. */
export function isOurs({ metadata }: KubernetesObject): boolean {
  return Object.entries(clusterLabels).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Made by `up`: it goes with the last client. */
export function isTemporary(object: KubernetesObject): boolean {
  return isOurs(object) && object.metadata?.annotations?.[WITH_CLIENTS_ANNOTATION] === "true";
}

const ofKind = (found: Found, kind: string) => found.find((object) => object.kind === kind);
const same = (found: Found, { kind, metadata }: Manifest) =>
  found.find((object) => object.kind === kind && object.metadata?.name === metadata?.name);
const nameOf = ({ kind, metadata }: KubernetesObject) => `${kind} "${metadata?.name}"`;

/** An administrator's installation, by its ClusterRole: what the cluster lacks of it is not for users to add. */
export function isPermanent(found: Found): boolean {
  const role = ofKind(found, "ClusterRole");
  return role !== undefined && !isTemporary(role);
}

/** Somebody has installed Gefyra in the namespace, or is about to. */
export const isInstalled = (found: Found): boolean => ofKind(found, "ClusterRole") !== undefined;

/** A namespace that was there before stays, so its operator needs no right to delete it. */
export function removesOf(found: Found): Removes {
  const home = ofKind(found, "Namespace");
  return !home || isTemporary(home) ? "namespace" : "objects";
}

/** An object of the same name that is not Gefyra's; only the namespace may be anybody's. */
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
 * What `up` writes: what is missing, marked to go with the last client, and what an `up` wrote before. The rest stays
 * as it is: a namespace always, and what an administrator made.
 */
export function planInstall(wanted: Manifest[], found: Found, namespace: string): Manifest[] {
  refuseForeign(found, namespace);
  if (isPermanent(found)) {
    const missing = wanted.filter((object) => object.kind !== "Namespace" && !same(found, object));
    if (missing.length === 0) return [];
    throw new GefyraError(
      "installation-incomplete",
      `Cannot use the installation in namespace "${namespace}": ${missing.map(nameOf).join(", ")} missing`,
      {
        exit: "conflict",
        hint:
          "an administrator made this installation and can complete it: `gefyra up --dry-run -o yaml | kubectl apply -f -`",
      },
    );
  }
  return wanted.filter((object) => {
    const is = same(found, object);
    return !is || (object.kind !== "Namespace" && isTemporary(is));
  }).map(temporary);
}

function temporary(object: Manifest): Manifest {
  const annotations = { ...object.metadata?.annotations, [WITH_CLIENTS_ANNOTATION]: "true" };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

export interface Others {
  /** Somebody else's objects live in the namespace. */
  crowded: boolean;
  /** Another installation needs the definitions. */
  shared: boolean;
}

/** What goes with the last client. Where the ClusterRole is gone, somebody has begun to remove it all. */
export function departing(found: Found, { crowded, shared }: Others): ObjectRef[] {
  if (isPermanent(found)) return [];
  return found.filter(isTemporary)
    .filter(({ kind }) => !(kind === "Namespace" && crowded))
    .filter(({ kind }) => !(kind === "CustomResourceDefinition" && shared))
    .map(refOf);
}

/** The Deployment of another installation's operator. One that has an owner is about to go, see operator/client/uninstall.ts. */
export function isOtherInstallation(namespace: string) {
  return (object: KubernetesObject): boolean =>
    isOurs(object) && object.metadata?.name === OPERATOR && object.metadata.namespace !== namespace &&
    !object.metadata.deletionTimestamp && !object.metadata.ownerReferences?.length;
}

/** As in `kubectl -l`. */
export const OURS = Object.entries(clusterLabels).map(([key, value]) => `${key}=${value}`).join(",");
export const OPERATORS = `${OURS},${COMPONENT_LABEL}=operator`;

/** Somebody else's in gefyra's namespace: neither Gefyra's, nor what Kubernetes puts into each, nor about to go. */
export function isForeignGuest(object: KubernetesObject): boolean {
  const { name, deletionTimestamp } = object.metadata ?? {};
  return !isOurs(object) && !deletionTimestamp && name !== "kube-root-ca.crt";
}
