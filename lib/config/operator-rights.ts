/** What the operator may do: where bridges are, in its own namespace, and to remove what `up` installed. Pure. */
import { GROUP, OPERATE, OPERATOR, RELAY, STOWAWAY, STOWAWAY_KEY_SECRET, STOWAWAY_POD } from "../names.ts";
import { BRIDGE_KIND } from "../api/bridge.ts";
import { CLIENT_KIND } from "../api/client.ts";
import { definitionName } from "../api/crds.ts";
import { policyNames } from "./admission-policies.ts";
import { type PolicyRule, rule } from "./rule.ts";

const RBAC = "rbac.authorization.k8s.io";
const WORKLOADS = ["deployments", "statefulsets", "daemonsets", "replicasets"];

/** To see a bridge and its target, and to write what became of it. */
const toObserve = (): PolicyRule[] => [
  rule([GROUP], ["gefyrabridges"], ["get", "list", "watch", "patch", "delete"]),
  rule([GROUP], ["gefyrabridges/status"], ["patch"]),
  rule([""], ["pods", "services"], ["get", "list", "watch"]),
  // To find the targets of bridges and their pods.
  rule(["apps"], WORKLOADS, ["get", "list"]),
  // To explain why a pod is not created or does not run.
  rule([""], ["events"], ["list"]),
  // Namespaces' labels may forbid a mode (Pod Security).
  rule([""], ["namespaces"], ["get"]),
];

/** In every namespace that may have bridges. */
export const bridging = (): PolicyRule[] => [
  ...toObserve(),
  rule([""], ["pods"], ["patch"]),
  // A pod leaves its Services before its container is changed.
  rule(["discovery.k8s.io"], ["endpointslices"], ["list", "patch"]),
  rule([""], ["pods/status"], ["patch"]),
  // Carrier joins a pod as an ephemeral container.
  rule([""], ["pods/ephemeralcontainers"], ["patch"]),
  // To configure Carrier.
  rule([""], ["pods/exec"], ["get", "create"]),
];

/** To tell whoever creates a client in another namespace that it is ignored there. */
export const misplacedClients = (): PolicyRule[] => [
  rule([GROUP], ["gefyraclients"], ["get", "list", "watch"]),
  rule([GROUP], ["gefyraclients/status"], ["patch"]),
];

/** By this right the admission policies of all installations know an operator; it gives nothing else. */
export const operating = (): PolicyRule[] => [rule([GROUP], ["gefyrabridges"], [OPERATE])];

/** In its own namespace, where `gefyra doctor` has a bridge without pods. */
export const atHome = (): PolicyRule[] => [
  ...toObserve(),
  rule([GROUP], ["gefyraclients"], ["get", "list", "watch", "patch", "delete"]),
  rule([GROUP], ["gefyraclients/status"], ["patch"]),
  // To configure Stowaway and the relay beside it, and nobody else.
  rule([""], ["pods/exec"], ["get", "create"], [STOWAWAY_POD]),
  // A Stowaway on a lost node keeps its name until it is deleted by force.
  rule([""], ["pods"], ["delete"], [STOWAWAY_POD]),
  // Created without data by whoever installs, as the right to create cannot be limited to a name.
  rule([""], ["secrets"], ["get", "patch"], [STOWAWAY_KEY_SECRET]),
  rule([""], ["serviceaccounts/token"], ["create"], [RELAY]),
];

/** To see whether its installation stays. */
export const ownMark = (clusterRole: string): PolicyRule[] => [
  rule([RBAC], ["clusterroles"], ["get"], [clusterRole]),
];

/**
 * Some clusters require the right to delete an object before it can be given an owner
 * (OwnerReferencesPermissionEnforcement).
 */
const GIVE_AWAY = ["get", "patch", "delete"];

/** To remove the installation itself when its last client is gone. */
export const removal = (clusterRole: string): PolicyRule[] => [
  rule([RBAC], ["clusterroles"], ["delete"], [clusterRole]),
  rule([RBAC], ["clusterrolebindings"], GIVE_AWAY, [clusterRole]),
  rule(
    ["apiextensions.k8s.io"],
    ["customresourcedefinitions"],
    ["get", "delete"],
    [BRIDGE_KIND, CLIENT_KIND].map(definitionName),
  ),
];

export const removalOfPolicies = (namespace: string): PolicyRule[] => [
  rule(
    ["admissionregistration.k8s.io"],
    ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
    GIVE_AWAY,
    Object.values(policyNames(namespace)),
  ),
];

export const removalOfNamespace = (namespace: string): PolicyRule[] => [
  rule([""], ["namespaces"], ["delete"], [namespace]),
];

/** The same in its namespace, which may contain foreign objects. */
export const removalAtHome = (): PolicyRule[] => [
  rule([""], ["serviceaccounts"], GIVE_AWAY, [OPERATOR, RELAY]),
  rule([RBAC], ["roles", "rolebindings"], GIVE_AWAY, [OPERATOR, RELAY]),
  rule([""], ["services"], GIVE_AWAY, [STOWAWAY]),
  rule(["networking.k8s.io"], ["networkpolicies"], GIVE_AWAY, [STOWAWAY, OPERATOR]),
  rule([""], ["secrets"], GIVE_AWAY, [STOWAWAY_KEY_SECRET]),
  rule(["apps"], ["statefulsets"], GIVE_AWAY, [STOWAWAY]),
  rule(["apps"], ["deployments"], GIVE_AWAY, [OPERATOR]),
  // To see whether others use the namespace.
  rule([""], ["configmaps", "persistentvolumeclaims"], ["list"]),
];
