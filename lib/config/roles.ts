/** The rights of the operator and the relay. */
import { gvk } from "../api/gvk.ts";
import type { Manifest, ObjectRef } from "../api/objects.ts";
import {
  clusterLabels,
  GROUP,
  OPERATOR,
  RELAY,
  STOWAWAY,
  STOWAWAY_KEY_SECRET,
  STOWAWAY_POD,
  WITH_CLIENTS_ANNOTATION,
} from "../names.ts";
import { BRIDGE_KIND } from "../api/bridge.ts";
import { CLIENT_KIND } from "../api/client.ts";
import { definitionName } from "../api/crds.ts";

/**
 * What the operator may remove after its last client is gone: everything with the namespace, or only the objects if the
 * namespace is not Gefyra's. Absent: nothing, because an administrator's installation stays.
 */
export type Removes = "namespace" | "objects" | undefined;

const RBAC = "rbac.authorization.k8s.io";

export function named(name: string, namespace?: string) {
  return { name, ...(namespace ? { namespace } : {}), labels: { ...clusterLabels } };
}

/** One name per installation, so that installations in two namespaces do not share rights. */
const clusterRoleName = (namespace: string) => `${OPERATOR}-${namespace}`;

/** `undefined` if the role does not belong to an installation. */
export const namespaceOfRole = (role: string): string | undefined =>
  role.startsWith(`${OPERATOR}-`) ? role.slice(OPERATOR.length + 1) : undefined;

export const clusterRoleRef = (namespace: string): ObjectRef => ({
  ...gvk.ClusterRole,
  name: clusterRoleName(namespace),
});

/**
 * Its annotation says whether the installation stays: each installation has one ClusterRole, and everybody who installs
 * may read it.
 */
export function clusterRole(namespace: string, removes: Removes): Manifest {
  const name = clusterRoleName(namespace);
  return {
    ...gvk.ClusterRole,
    metadata: { ...named(name), annotations: { [WITH_CLIENTS_ANNOTATION]: "false" } },
    rules: [
      rule([GROUP], ["gefyraclients", "gefyrabridges"], ["get", "list", "watch", "patch", "delete"]),
      rule([GROUP], ["gefyraclients/status", "gefyrabridges/status"], ["patch"]),
      rule([""], ["pods"], ["get", "list", "watch", "patch"]),
      // A pod leaves its Services before its container is changed.
      rule(["discovery.k8s.io"], ["endpointslices"], ["list", "patch"]),
      rule([""], ["pods/status"], ["patch"]),
      // Carrier joins a pod as an ephemeral container.
      rule([""], ["pods/ephemeralcontainers"], ["patch"]),
      // To configure Carrier.
      rule([""], ["pods/exec"], ["get", "create"]),
      // To find the targets of bridges and their pods.
      rule(["apps"], ["deployments", "statefulsets", "daemonsets", "replicasets"], ["get", "list"]),
      rule([""], ["services"], ["get", "list", "watch"]),
      // To explain why a pod is not created or does not run.
      rule([""], ["events"], ["list"]),
      // Namespaces' labels may forbid a mode (Pod Security).
      rule([""], ["namespaces"], ["get"]),
      rule([RBAC], ["clusterroles"], ["get"], [name]),
      ...(removes ? removal(namespace) : []),
      ...(removes === "namespace" ? [rule([""], ["namespaces"], ["delete"], [namespace])] : []),
    ],
  };
}

/**
 * Some clusters require the right to delete an object before it can be given an owner
 * (OwnerReferencesPermissionEnforcement).
 */
const GIVE_AWAY = ["get", "patch", "delete"];

/** To remove the installation itself when its last client is gone. */
function removal(namespace: string) {
  const name = clusterRoleName(namespace);
  const definitions = [BRIDGE_KIND, CLIENT_KIND].map(definitionName);
  return [
    rule([RBAC], ["clusterroles"], ["delete"], [name]),
    rule([RBAC], ["clusterrolebindings"], GIVE_AWAY, [name]),
    rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["get", "delete"], definitions),
  ];
}

/** The same in its namespace, which may contain foreign objects. */
function removalAtHome() {
  return [
    rule([""], ["serviceaccounts"], GIVE_AWAY, [OPERATOR, RELAY]),
    rule([RBAC], ["roles", "rolebindings"], GIVE_AWAY, [OPERATOR, RELAY]),
    rule([""], ["services"], GIVE_AWAY, [STOWAWAY]),
    rule([""], ["secrets"], GIVE_AWAY, [STOWAWAY_KEY_SECRET]),
    rule(["apps"], ["statefulsets"], GIVE_AWAY, [STOWAWAY]),
    rule(["apps"], ["deployments"], GIVE_AWAY, [OPERATOR]),
    // To see whether others use the namespace.
    rule([""], ["configmaps", "persistentvolumeclaims"], ["list"]),
  ];
}

export function clusterRoleBinding(namespace: string): Manifest {
  const name = clusterRoleName(namespace);
  return {
    ...gvk.ClusterRoleBinding,
    metadata: named(name),
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: OPERATOR, namespace }],
  };
}

export function ownRole(namespace: string, removes: Removes): Manifest {
  return {
    ...gvk.Role,
    metadata: named(OPERATOR, namespace),
    rules: [
      rule([""], ["secrets"], ["create"]),
      rule([""], ["secrets"], ["get"], [STOWAWAY_KEY_SECRET]),
      rule([""], ["services"], ["get"]),
      // A Stowaway on a lost node keeps its name until it is deleted by force.
      rule([""], ["pods"], ["delete"], [STOWAWAY_POD]),
      rule([""], ["serviceaccounts/token"], ["create"], [RELAY]),
      ...(removes ? removalAtHome() : []),
    ],
  };
}

export function ownRoleBinding(namespace: string): Manifest {
  return {
    ...gvk.RoleBinding,
    metadata: named(OPERATOR, namespace),
    roleRef: { apiGroup: RBAC, kind: "Role", name: OPERATOR },
    subjects: [{ kind: "ServiceAccount", name: OPERATOR, namespace }],
  };
}

/** All rights of the relay's token. Depending on its version, the API server requires get or create. */
export function relayRole(namespace: string): Manifest {
  return {
    ...gvk.Role,
    metadata: named(RELAY, namespace),
    rules: [rule([""], ["pods/portforward"], ["get", "create"], [STOWAWAY_POD])],
  };
}

export function relayRoleBinding(namespace: string): Manifest {
  return {
    ...gvk.RoleBinding,
    metadata: named(RELAY, namespace),
    roleRef: { apiGroup: RBAC, kind: "Role", name: RELAY },
    subjects: [{ kind: "ServiceAccount", name: RELAY, namespace }],
  };
}

function rule(apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]) {
  return { apiGroups, resources, verbs, ...(resourceNames ? { resourceNames } : {}) };
}
