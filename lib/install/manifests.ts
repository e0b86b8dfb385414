/** The objects that `gefyra up` puts into a cluster: one list for apply, for `--dry-run` and, reversed, for `down`. */
import type { Manifest } from "../cluster/cluster.ts";
import {
  clusterLabels,
  COMPONENT_LABEL,
  GEFYRA_USER,
  GROUP,
  type ImageNames,
  imageOf,
  OPERATOR,
  type Part,
  RELAY,
  STOWAWAY,
  STOWAWAY_POD,
  WIREGUARD_NODE_PORT,
  WIREGUARD_PORT,
  WITH_CLIENTS_ANNOTATION,
} from "../names.ts";
import { bridgeDefinition, clientDefinition } from "../resources/crds.ts";

export interface InstallOptions {
  /** Gefyra's own namespace. */
  namespace: string;
  images: ImageNames;
  service?: ServiceOptions;
}

/** How Stowaway is reached from outside. */
export interface ServiceOptions {
  type: "NodePort" | "LoadBalancer";
  /** For a cloud's load balancer. */
  annotations?: Record<string, string>;
  /** UDP port of the load balancer. */
  port?: number;
  /** The cluster picks one, or keeps it; else `WIREGUARD_NODE_PORT`. */
  anyNodePort?: boolean;
}

export function manifests({ namespace, images, service = { type: "NodePort" } }: InstallOptions): Manifest[] {
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: namespace,
        // Stowaway needs NET_ADMIN, which the stricter levels refuse.
        labels: { ...clusterLabels, "pod-security.kubernetes.io/enforce": "privileged" },
        annotations: { [WITH_CLIENTS_ANNOTATION]: "true" },
      },
    },
    clientDefinition,
    bridgeDefinition,
    { apiVersion: "v1", kind: "ServiceAccount", metadata: named(OPERATOR, namespace) },
    clusterRole(namespace),
    clusterRoleBinding(namespace),
    ownRole(namespace),
    ownRoleBinding(namespace),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: named(RELAY, namespace) },
    relayRole(namespace),
    relayRoleBinding(namespace),
    stowawayService(namespace, service),
    stowaway(namespace, images),
    operator(namespace, images),
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
      // A lost node costs no more than this: nothing that Stowaway has is lost with it.
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
      // The way through the API server: listens on the pod's loopback only.
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

function named(name: string, namespace?: string) {
  return { name, ...(namespace ? { namespace } : {}), labels: { ...clusterLabels } };
}

/** One per installation, so that two installations in two namespaces do not share rights. */
const clusterRoleName = (namespace: string) => `${OPERATOR}-${namespace}`;

function clusterRole(namespace: string): Manifest {
  const name = clusterRoleName(namespace);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: named(name),
    rules: [
      rule([GROUP], ["gefyraclients", "gefyrabridges"], ["get", "list", "watch", "patch", "delete"]),
      rule([GROUP], ["gefyraclients/status", "gefyrabridges/status"], ["patch"]),
      rule([""], ["pods"], ["get", "list", "watch", "patch"]),
      // A pod leaves its Services before its container is changed.
      rule(["discovery.k8s.io"], ["endpointslices"], ["list", "patch"]),
      rule([""], ["pods/status"], ["patch"]),
      // Carrier joins a pod as an ephemeral container.
      rule([""], ["pods/ephemeralcontainers"], ["patch"]),
      // Carrier gets its configuration this way.
      rule([""], ["pods/exec"], ["get", "create"]),
      // The targets of bridges, and which pods are theirs.
      rule(["apps"], ["deployments", "statefulsets", "daemonsets", "replicasets"], ["get", "list"]),
      rule([""], ["services"], ["get", "list", "watch"]),
      // Why a pod does not come, or does not run.
      rule([""], ["events"], ["list"]),
      // Their labels may forbid a way to bridge (Pod Security).
      rule([""], ["namespaces"], ["get"]),
      // To take itself along when its last client has vanished.
      rule([""], ["namespaces"], ["get", "delete"], [namespace]),
      rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["get", "delete"], [name]),
      rule(["rbac.authorization.k8s.io"], ["clusterrolebindings"], ["patch"], [name]),
      rule(
        ["apiextensions.k8s.io"],
        ["customresourcedefinitions"],
        ["delete"],
        [bridgeDefinition, clientDefinition].map(({ metadata }) => metadata?.name ?? ""),
      ),
    ],
  };
}

function clusterRoleBinding(namespace: string): Manifest {
  const name = clusterRoleName(namespace);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: named(name),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name: OPERATOR, namespace }],
  };
}

function ownRole(namespace: string): Manifest {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: named(OPERATOR, namespace),
    rules: [
      rule([""], ["secrets"], ["get", "create"]),
      rule([""], ["services"], ["get"]),
      // A Stowaway on a lost node keeps its name until it is deleted by force.
      rule([""], ["pods"], ["delete"], [STOWAWAY_POD]),
      rule([""], ["serviceaccounts/token"], ["create"], [RELAY]),
    ],
  };
}

function ownRoleBinding(namespace: string): Manifest {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: named(OPERATOR, namespace),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: OPERATOR },
    subjects: [{ kind: "ServiceAccount", name: OPERATOR, namespace }],
  };
}

/** All that whoever has the relay's token may do. Depending on its version, the API server asks for get or create. */
function relayRole(namespace: string): Manifest {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: named(RELAY, namespace),
    rules: [rule([""], ["pods/portforward"], ["get", "create"], [STOWAWAY_POD])],
  };
}

function relayRoleBinding(namespace: string): Manifest {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: named(RELAY, namespace),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: RELAY },
    subjects: [{ kind: "ServiceAccount", name: RELAY, namespace }],
  };
}

function rule(apiGroups: string[], resources: string[], verbs: string[], resourceNames?: string[]) {
  return { apiGroups, resources, verbs, ...(resourceNames ? { resourceNames } : {}) };
}

/** A load balancer has a NodePort as well. */
function stowawayService(
  namespace: string,
  { type, annotations, port = WIREGUARD_PORT, anyNodePort }: ServiceOptions,
): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
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
    apiVersion: "apps/v1",
    kind,
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
