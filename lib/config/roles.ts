/** The roles of the operator and the relay, and whom they are bound to. */
import { gvk } from "../api/gvk.ts";
import type { Manifest, ObjectRef } from "../api/objects.ts";
import { clusterLabels, OPERATOR, RELAY, STOWAWAY_POD, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import {
  atHome,
  bridging,
  misplacedClients,
  operating,
  ownMark,
  removal,
  removalAtHome,
  removalOfNamespace,
  removalOfPolicies,
} from "./operator-rights.ts";
import { rule } from "./rule.ts";

/**
 * What the operator may remove after its last client is gone: everything with the namespace, or only the objects if the
 * namespace is not Gefyra's. Absent: nothing, because an administrator's installation stays.
 */
export type Removes = "namespace" | "objects" | undefined;

export function named(name: string, namespace?: string) {
  return { name, ...(namespace ? { namespace } : {}), labels: { ...clusterLabels } };
}

/** On an administrator's objects. `up` writes "true" over it. */
export const permanent = { annotations: { [WITH_CLIENTS_ANNOTATION]: "false" } };

/** One name per installation, so that installations in two namespaces do not share rights. */
export const clusterRoleName = (namespace: string) => `${OPERATOR}-${namespace}`;

/** `undefined` if the role does not belong to an installation. */
export const namespaceOfRole = (role: string): string | undefined =>
  role.startsWith(`${OPERATOR}-`) ? role.slice(OPERATOR.length + 1) : undefined;

export const clusterRoleRef = (namespace: string): ObjectRef => ({
  ...gvk.ClusterRole,
  name: clusterRoleName(namespace),
});

/**
 * The operator's rights wherever bridges are allowed: in all namespaces, or in those that it is bound to (`namespaces`). Its
 * annotation says whether the installation stays: each installation has one ClusterRole.
 */
export function clusterRole(
  namespace: string,
  { removes, namespaces }: { removes?: Removes; namespaces?: string[] | undefined },
): Manifest {
  const name = clusterRoleName(namespace);
  const everywhere = [
    ...misplacedClients(),
    ...operating(),
    ...ownMark(name),
    ...(removes ? [...removal(name), ...removalOfPolicies(namespace)] : []),
    ...(removes === "namespace" ? removalOfNamespace(namespace) : []),
  ];
  return {
    ...gvk.ClusterRole,
    metadata: { ...named(name), ...permanent },
    rules: [...bridging(), ...(namespaces ? [] : everywhere)],
  };
}

/** One binding for the whole cluster, or one in each namespace. */
export function clusterRoleBindings(namespace: string, namespaces: string[] | undefined): Manifest[] {
  const name = clusterRoleName(namespace);
  const binding = {
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: OPERATOR, namespace }],
  };
  if (!namespaces) return [{ ...gvk.ClusterRoleBinding, metadata: named(name), ...binding }];
  return namespaces.map((one) => ({ ...gvk.RoleBinding, metadata: named(name, one), ...binding }));
}

export function ownRole(namespace: string, removes: Removes): Manifest {
  return {
    ...gvk.Role,
    metadata: named(OPERATOR, namespace),
    rules: [...atHome(), ...(removes ? removalAtHome() : [])],
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

/** Of the role that has the same name as its ServiceAccount. */
export function ownBinding(namespace: string, name: typeof OPERATOR | typeof RELAY): Manifest {
  return {
    ...gvk.RoleBinding,
    metadata: named(name, namespace),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}
