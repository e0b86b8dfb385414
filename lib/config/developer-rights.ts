/**
 * The rights of a developer, once: `gefyra install --print-rbac developer` prints them, and the commands check them. What is
 * not in this table no command may need. Pure.
 */
import { GROUP, OPERATOR, RELAY, STOWAWAY } from "../names.ts";
import type { Access } from "../api/access.ts";
import { resourceOf, targetKinds } from "../api/kinds.ts";
import { type PolicyRule, rule } from "./rule.ts";

export interface Right extends PolicyRule {
  /** Why it is needed. */
  reason: string;
  /** Without it, commands work with less; `reason` says with what. */
  optional?: true;
}

export interface DeveloperRights {
  /** In Gefyra's own namespace. */
  connecting: Right[];
  /** In each namespace where the developer may bridge. */
  bridging: Right[];
  /** Of objects without a namespace. */
  clusterWide: Right[];
}

const targetRight = (group: string): Right => {
  const kinds = targetKinds.map(resourceOf).filter((one) => one.group === group);
  return {
    ...rule([group], kinds.map(({ resource }) => resource), ["get"]),
    reason: "bridge: the target",
  };
};

export const developerRights = (): DeveloperRights => ({
  connecting: [
    {
      ...rule([GROUP], ["gefyraclients"], ["create", "get", "patch", "delete"]),
      reason: "up registers this machine, down removes it; the clients of others cannot be listed",
    },
    {
      ...rule(["apps"], ["deployments"], ["get"], [OPERATOR]),
      reason: "whether Gefyra is installed, its operator runs, and where bridges are allowed",
    },
    {
      ...rule([""], ["services"], ["get"], [STOWAWAY]),
      reason: "up: the addresses of Stowaway's load balancer",
    },
    {
      ...rule([""], ["serviceaccounts/token"], ["create"], [RELAY]),
      reason: "up over the API server: a token that may forward to Stowaway's pod, and do nothing else",
      optional: true,
    },
    {
      ...rule(["apps"], ["statefulsets"], ["get"], [STOWAWAY]),
      reason: "status and doctor: whether Stowaway runs",
      optional: true,
    },
    {
      ...rule([""], ["pods"], ["list"]),
      reason: "up and doctor: why a part of Gefyra does not run",
      optional: true,
    },
  ],
  bridging: [
    {
      ...rule([GROUP], ["gefyrabridges"], ["create", "get", "list", "delete"]),
      reason: "bridge, list, unbridge",
    },
    targetRight("apps"),
    targetRight(""),
    {
      ...rule([""], ["pods"], ["list"]),
      reason: "bridge: the pods of the target",
    },
    {
      ...rule([""], ["services"], ["list"]),
      reason: "bridge: whether a Service leads to the port",
      optional: true,
    },
    {
      ...rule(["apps"], ["replicasets"], ["list"]),
      reason: "bridge --dry-run: the pods of a Deployment",
      optional: true,
    },
    {
      ...rule([""], ["namespaces"], ["get"]),
      reason: "bridge: the namespace's Pod Security level, which decides the mode",
      optional: true,
    },
  ],
  clusterWide: [
    {
      ...rule([""], ["nodes"], ["list"]),
      reason:
        "up: the nodes' addresses, for the transports over UDP; without it: load balancer or API server",
      optional: true,
    },
    {
      ...rule(["networking.k8s.io"], ["servicecidrs"], ["list"]),
      reason: "up: which addresses are the cluster's, for the local subnet and for --egress local",
      optional: true,
    },
  ],
});

/** Everything that rules allow, in a namespace or cluster-wide. */
export function accessesOf(rules: PolicyRule[], namespace?: string): Access[] {
  const where = namespace === undefined ? {} : { namespace };
  return rules.flatMap(({ apiGroups, resources, verbs, resourceNames }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((path) => {
        const [resource = "", subresource] = path.split("/");
        const what = { group, resource, ...(subresource ? { subresource } : {}), ...where };
        return verbs.flatMap((verb) =>
          resourceNames?.map((name) => ({ verb, ...what, name })) ?? [{ verb, ...what }]
        );
      })
    )
  );
}

const needed = (rights: Right[]) => rights.filter(({ optional }) => !optional);

/** Without these, `up` cannot connect to an existing installation. */
export const toConnect = (namespace: string): Access[] =>
  accessesOf(needed(developerRights().connecting), namespace);

/** Without these, a target of the kind cannot be bridged and restored. */
export function toBridge(namespace: string, kind: string): Access[] {
  const target = resourceOf(kind);
  const others = targetKinds.map(resourceOf).filter(({ resource }) => resource !== target.resource);
  return accessesOf(needed(developerRights().bridging), namespace).filter(({ verb, group, resource }) =>
    verb !== "get" || !others.some((one) => one.group === group && one.resource === resource)
  );
}
