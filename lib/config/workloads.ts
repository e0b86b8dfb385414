/** Stowaway and the operator in the cluster. */
import type { V1ResourceRequirements } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import { imageOf, type Part } from "../images.ts";
import {
  clusterLabels,
  COMPONENT_LABEL,
  GEFYRA_USER,
  OPERATOR,
  STOWAWAY,
  WIREGUARD_NODE_PORT,
  WIREGUARD_PORT,
} from "../names.ts";
import { operatorSettings } from "../settings.ts";
import { bytesOf } from "../workload/quantity.ts";
import { namespacesEnv } from "./enabled-namespaces.ts";
import type { InstallOptions, PodOptions, ServiceOptions } from "./install-options.ts";
import { named, permanent } from "./roles.ts";

const restricted = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};

/** Memory at rest and under load is in docs/benchmarks.md. */
const defaultResources = {
  operator: { requests: { cpu: "10m", memory: "96Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  stowaway: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "2", memory: "256Mi" } },
  relay: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "1", memory: "128Mi" } },
};

function resourcesOf(part: keyof typeof defaultResources, own: V1ResourceRequirements = {}) {
  const { requests, limits } = defaultResources[part];
  return { requests: { ...requests, ...own.requests }, limits: { ...limits, ...own.limits } };
}

/** Of the memory, for objects of the program; the rest is for the program itself and for what is on its way. */
const HEAP_SHARE = 1 / 2;

/** V8 knows the node's memory only, and would collect nothing before the container has used up its own. */
function heapOf(memory: string | undefined) {
  const bytes = bytesOf(memory);
  if (bytes === undefined) return [];
  return [{
    name: "DENO_V8_FLAGS",
    value: `--max-old-space-size=${Math.floor(bytes * HEAP_SHARE / 2 ** 20)}`,
  }];
}

/** A StatefulSet, since its pod keeps its name, which the relay's role needs. */
export function stowaway(options: InstallOptions): Manifest {
  const image = imageOf("stowaway", options.images);
  return workload("StatefulSet", STOWAWAY, "stowaway", options, {
    settings: { serviceName: STOWAWAY },
    pod: { automountServiceAccountToken: false, enableServiceLinks: false },
    // A lost node interrupts the tunnel no longer than this. Stowaway has no state to lose.
    tolerations: ["not-ready", "unreachable"].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: 20,
    })),
    containers: [
      container("stowaway", image, {
        securityContext: { capabilities: { add: ["NET_ADMIN"] } },
        ports: [{ name: "wireguard", containerPort: WIREGUARD_PORT, protocol: "UDP" }],
        resources: resourcesOf("stowaway", options.stowaway?.resources),
      }),
      // For the transport through the API server; listens on the pod's loopback only.
      container("relay", image, {
        command: ["relay", "pod"],
        securityContext: { ...restricted, runAsUser: GEFYRA_USER, runAsGroup: GEFYRA_USER },
        resources: resourcesOf("relay", options.relay?.resources),
      }),
    ],
  });
}

/** Its annotation says whether the installation stays: users may read it, unlike the ClusterRole. */
export function operator(options: InstallOptions): Manifest {
  const { namespace, images, namespaces } = options;
  const resources = resourcesOf("operator", options.operator?.resources);
  const made = workload("Deployment", OPERATOR, "operator", options, {
    settings: { strategy: { type: "Recreate" } },
    pod: { serviceAccountName: OPERATOR },
    tolerations: [],
    containers: [container("operator", imageOf("operator", images), {
      env: [
        { name: "GEFYRA_NAMESPACE", value: namespace },
        { name: "GEFYRA_CARRIER_IMAGE", value: imageOf("carrier", images) },
        ...namespacesEnv(namespaces),
        ...operatorSettings,
        ...heapOf(resources.limits.memory),
      ],
      securityContext: restricted,
      resources,
    })],
  });
  return { ...made, metadata: { ...made.metadata, ...permanent } };
}

/** A load balancer has a NodePort as well. */
export function stowawayService({ namespace, service = { type: "NodePort" } }: InstallOptions): Manifest {
  const { type, annotations, port = WIREGUARD_PORT, anyNodePort }: ServiceOptions = service;
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
  /** Of its spec. */
  settings: object;
  /** Of its pod. */
  pod: object;
  tolerations: object[];
  containers: object[];
}

function workload(
  kind: "Deployment" | "StatefulSet",
  name: string,
  part: Part & keyof InstallOptions,
  options: InstallOptions,
  { settings, pod, tolerations, containers }: Workload,
): Manifest {
  const { namespace, imagePullSecrets } = options;
  const labels = { ...clusterLabels, [COMPONENT_LABEL]: part };
  const { nodeSelector, tolerations: more = [] }: PodOptions = options[part] ?? {};
  const tolerated = [...tolerations, ...more];
  return {
    ...gvk[kind],
    metadata: { ...named(name, namespace), labels },
    spec: {
      replicas: 1,
      ...settings,
      selector: { matchLabels: { [COMPONENT_LABEL]: part } },
      template: {
        metadata: { labels },
        spec: {
          ...pod,
          ...(tolerated.length ? { tolerations: tolerated } : {}),
          ...(nodeSelector ? { nodeSelector } : {}),
          ...(imagePullSecrets ? { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) } : {}),
          terminationGracePeriodSeconds: 5,
          containers,
        },
      },
    },
  };
}

function container(name: string, image: string, more: object) {
  return { name, image, imagePullPolicy: "IfNotPresent", ...more };
}
