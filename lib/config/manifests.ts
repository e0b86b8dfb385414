/** The objects that `gefyra up` creates in a cluster: one list for apply, for `--dry-run` and, reversed, for `down`. */
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import { defaultImages, type ImageNames, imageOf, type Part } from "../images.ts";
import {
  clusterLabels,
  COMPONENT_LABEL,
  GEFYRA_USER,
  OPERATOR,
  RELAY,
  STOWAWAY,
  STOWAWAY_KEY_SECRET,
  WIREGUARD_NODE_PORT,
  WIREGUARD_PORT,
} from "../names.ts";
import { operatorSettings } from "../settings.ts";
import { bridgeDefinition, clientDefinition } from "../api/crds.ts";
import {
  clusterRole,
  clusterRoleBinding,
  named,
  ownRole,
  ownRoleBinding,
  relayRole,
  relayRoleBinding,
  type Removes,
} from "./roles.ts";

export interface InstallOptions {
  /** Gefyra's own namespace. */
  namespace: string;
  images: ImageNames;
  service?: ServiceOptions | undefined;
  removes?: Removes;
}

/** The type of Stowaway's service. */
export interface ServiceOptions {
  type: "NodePort" | "LoadBalancer";
  /** Annotations for a cloud's load balancer. */
  annotations?: Record<string, string>;
  /** UDP port of the load balancer. */
  port?: number;
  /** The cluster picks the node port or keeps it; otherwise it is `WIREGUARD_NODE_PORT`. */
  anyNodePort?: boolean;
}

export function manifests(
  { namespace, images, service = { type: "NodePort" }, removes }: InstallOptions,
): Manifest[] {
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
    { ...gvk.ServiceAccount, metadata: named(OPERATOR, namespace) },
    clusterRole(namespace, removes),
    clusterRoleBinding(namespace),
    ownRole(namespace, removes),
    ownRoleBinding(namespace),
    { ...gvk.ServiceAccount, metadata: named(RELAY, namespace) },
    relayRole(namespace),
    relayRoleBinding(namespace),
    stowawayService(namespace, service),
    stowaway(namespace, images),
    operator(namespace, images),
  ];
}

/** All objects that an installation may have, including those that its operator creates. */
export function belongings(namespace: string): Manifest[] {
  return [
    ...manifests({ namespace, images: defaultImages }),
    { ...gvk.Secret, metadata: named(STOWAWAY_KEY_SECRET, namespace) },
  ];
}

/** A StatefulSet, since its pod keeps its name, which the relay's role needs. */
function stowaway(namespace: string, images: ImageNames): Manifest {
  return workload(namespace, STOWAWAY, "stowaway", {
    kind: "StatefulSet",
    settings: { serviceName: STOWAWAY },
    pod: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // A lost node interrupts the tunnel no longer than this. Stowaway has no state to lose.
      tolerations: ["not-ready", "unreachable"].map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: "Exists",
        effect: "NoExecute",
        tolerationSeconds: 20,
      })),
    },
    containers: [
      container("stowaway", imageOf("stowaway", images), {
        securityContext: { capabilities: { add: ["NET_ADMIN"] } },
        ports: [{ name: "wireguard", containerPort: WIREGUARD_PORT, protocol: "UDP" }],
        resources: { requests: { cpu: "10m", memory: "32Mi" } },
      }),
      // For the transport through the API server; listens on the pod's loopback only.
      container("relay", imageOf("stowaway", images), {
        command: ["relay", "pod"],
        securityContext: { ...restricted, runAsUser: GEFYRA_USER, runAsGroup: GEFYRA_USER },
        resources: { requests: { cpu: "10m", memory: "16Mi" } },
      }),
    ],
  });
}

function operator(namespace: string, images: ImageNames): Manifest {
  return workload(namespace, OPERATOR, "operator", {
    kind: "Deployment",
    settings: { strategy: { type: "Recreate" } },
    pod: { serviceAccountName: OPERATOR },
    containers: [container("operator", imageOf("operator", images), {
      env: [
        { name: "GEFYRA_NAMESPACE", value: namespace },
        { name: "GEFYRA_CARRIER_IMAGE", value: imageOf("carrier", images) },
        ...operatorSettings,
      ],
      securityContext: restricted,
      resources: { requests: { cpu: "10m", memory: "96Mi" } },
    })],
  });
}

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** A load balancer has a NodePort as well. */
function stowawayService(
  namespace: string,
  { type, annotations, port = WIREGUARD_PORT, anyNodePort }: ServiceOptions,
): Manifest {
  return {
    ...gvk.Service,
    metadata: { ...named(STOWAWAY, namespace), ...(annotations ? { annotations } : {}) },
    spec: {
      type,
      ipFamilyPolicy: "PreferDualStack",
      selector: { [COMPONENT_LABEL]: "stowaway" },
      ports: [{
        name: "wireguard",
        protocol: "UDP",
        port,
        targetPort: WIREGUARD_PORT,
        ...(anyNodePort ? {} : { nodePort: WIREGUARD_NODE_PORT }),
      }],
    },
  };
}

interface Workload {
  kind: "Deployment" | "StatefulSet";
  /** Of its spec. */
  settings: object;
  /** Of its pod. */
  pod: object;
  containers: object[];
}

function workload(
  namespace: string,
  name: string,
  part: Part,
  { kind, settings, pod, containers }: Workload,
): Manifest {
  const labels = { ...clusterLabels, [COMPONENT_LABEL]: part };
  return {
    ...gvk[kind],
    metadata: { ...named(name, namespace), labels },
    spec: {
      replicas: 1,
      ...settings,
      selector: { matchLabels: { [COMPONENT_LABEL]: part } },
      template: {
        metadata: { labels },
        spec: { ...pod, terminationGracePeriodSeconds: 5, containers },
      },
    },
  };
}

function container(name: string, image: string, more: object) {
  return { name, image, imagePullPolicy: "IfNotPresent", ...more };
}
