/** The objects of an installation in a cluster: one list for apply, for `--dry-run` and, reversed, for removal. */
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import { defaultImages } from "../images.ts";
import { clusterLabels, OPERATOR, RELAY, STOWAWAY_KEY_SECRET } from "../names.ts";
import { bridgeDefinition, clientDefinition } from "../api/crds.ts";
import { admissionPolicies } from "./admission-policies.ts";
import type { InstallOptions } from "./install-options.ts";
import { clusterRole, clusterRoleBindings, named, ownBinding, ownRole, relayRole } from "./roles.ts";
import { networkPolicies } from "./network-policies.ts";
import { operator, stowaway, stowawayService } from "./workloads.ts";

export function manifests(options: InstallOptions): Manifest[] {
  const { namespace, removes, namespaces } = options;
  return [
    {
      ...gvk.Namespace,
      metadata: {
        name: namespace,
        // Stowaway needs NET_ADMIN, which the stricter levels forbid.
        labels: { ...clusterLabels, "pod-security.kubernetes.io/enforce": "privileged" },
      },
    },
    clientDefinition(),
    bridgeDefinition(),
    ...admissionPolicies(namespace, namespaces),
    { ...gvk.ServiceAccount, metadata: named(OPERATOR, namespace) },
    clusterRole(namespace, { removes, namespaces }),
    ...clusterRoleBindings(namespace, namespaces),
    ownRole(namespace, removes),
    ownBinding(namespace, OPERATOR),
    { ...gvk.ServiceAccount, metadata: named(RELAY, namespace) },
    relayRole(namespace),
    ownBinding(namespace, RELAY),
    // The operator writes Stowaway's keys into it, once.
    { ...gvk.Secret, metadata: named(STOWAWAY_KEY_SECRET, namespace), type: "Opaque" },
    ...networkPolicies(namespace),
    stowawayService(options),
    stowaway(options),
    operator(options),
  ];
}

/** All objects with fixed names that an installation may have. */
export const belongings = (namespace: string): Manifest[] => manifests({ namespace, images: defaultImages });
