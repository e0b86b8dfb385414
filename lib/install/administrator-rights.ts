/** What `gefyra install` and `gefyra uninstall` need. Pure. */
import type { Right } from "../config/developer-rights.ts";
import { manifests } from "../config/manifests.ts";
import { bridging } from "../config/operator-rights.ts";
import { rule } from "../config/rule.ts";
import { defaultImages } from "../images.ts";
import { pluralOf } from "../kube/paths.ts";
import { GROUP } from "../names.ts";

export function administratorRights(namespace: string): Right[] {
  const objects = manifests({ namespace, images: defaultImages, namespaces: [namespace] })
    .concat(manifests({ namespace, images: defaultImages }));
  const byGroup = Map.groupBy(
    objects,
    ({ apiVersion = "" }) => apiVersion.includes("/") ? apiVersion.split("/")[0]! : "",
  );
  const resourcesOf = (kinds: typeof objects) => [...new Set(kinds.map(({ kind = "" }) => pluralOf(kind)))];
  return [
    ...[...byGroup].map(([group, kinds]): Right => ({
      ...rule([group], resourcesOf(kinds), ["get", "create", "patch", "delete"]),
      reason: "the objects of an installation",
    })),
    {
      ...rule(["rbac.authorization.k8s.io"], ["roles", "clusterroles"], ["escalate", "bind"]),
      reason: "to give the operator rights that the administrator may not have",
    },
    {
      ...rule([GROUP], ["gefyraclients", "gefyrabridges"], ["get", "list", "create", "patch", "delete"]),
      reason: "uninstall --force, and an own connection",
    },
    {
      ...rule([""], ["serviceaccounts/token"], ["create"]),
      reason: "an own connection over the API server",
    },
    {
      ...rule([""], ["configmaps", "events", "namespaces", "persistentvolumeclaims", "pods", "services"], [
        "list",
      ]),
      reason: "whether others use the namespace, and why a part does not run",
    },
    {
      ...rule(["apps"], ["daemonsets", "deployments", "replicasets", "statefulsets"], ["list"]),
      reason: "the same, and other installations",
    },
    {
      ...rule(["rbac.authorization.k8s.io"], ["clusterroles", "rolebindings"], ["list"]),
      reason: "installations, and where their operators are bound",
    },
    {
      ...rule([""], ["pods"], ["create"]),
      reason: "to ask, without creating it, whether the namespace admits Stowaway's pod",
      optional: true,
    },
    ...bridging().filter(({ resources }) => resources.some((one) => one.startsWith("pods"))).map((
      right,
    ): Right => ({
      ...right,
      reason: "uninstall --force while no operator runs: to restore bridged pods",
      optional: true,
    })),
  ];
}
