/** Who may open connections to Gefyra's own pods, where the cluster's network enforces it. Pure. */
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import {
  COMPONENT_LABEL,
  HEALTH_PORT,
  OPERATOR,
  STOWAWAY,
  STOWAWAY_PORTS,
  WIREGUARD_PORT,
} from "../names.ts";
import { named } from "./roles.ts";

/**
 * Stowaway: WireGuard from anywhere, its ports, and the one where Carriers hear which clients answer. The sources of those are not limited here: bridged pods may be in any
 * namespace and on their node's network, and no selector matches a node's address. Stowaway itself takes connections
 * from the addresses of a bridge's pods only (stowaway-nftables.ts).
 * Operator: nobody; commands in its pod and its log do not use the pod's network.
 * Egress is open: app containers reach through Stowaway what pods reach, and the API server's address, which the
 * operator needs, is not known to a policy.
 */
export function networkPolicies(namespace: string): Manifest[] {
  const { first: port, last: endPort } = STOWAWAY_PORTS;
  return [
    policy(namespace, STOWAWAY, "stowaway", [
      { ports: [{ protocol: "UDP", port: WIREGUARD_PORT }] },
      { ports: [{ protocol: "TCP", port: HEALTH_PORT }] },
      { ports: ["TCP", "UDP"].map((protocol) => ({ protocol, port, endPort })) },
    ]),
    policy(namespace, OPERATOR, "operator", []),
  ];
}

function policy(namespace: string, name: string, component: string, ingress: object[]): Manifest {
  const podSelector = { matchLabels: { [COMPONENT_LABEL]: component } };
  return {
    ...gvk.NetworkPolicy,
    metadata: named(name, namespace),
    // Without rules nobody is admitted. The API server does not store an empty list, so each `up` would change it.
    spec: { podSelector, policyTypes: ["Ingress"], ...(ingress.length ? { ingress } : {}) },
  };
}
