/** Detects a service mesh, whose proxy takes a pod's traffic before the pod's own containers do. Pure. */
import type { V1ObjectMeta, V1PodSpec } from "@kubernetes/client-node";
import { servingContainers } from "./serving.ts";

export interface Mesh {
  name: string;
  /** How it was recognised, for people. */
  sign: string;
}

interface KnownMesh {
  name: string;
  /** Name of its proxy's container, a normal one or a native sidecar. */
  container: RegExp;
  /** The annotation that its injector or its network plugin sets on a pod. */
  annotation?: { key: string; value?: string };
}

const meshes: KnownMesh[] = [
  { name: "Istio", container: /^istio-proxy$/, annotation: { key: "sidecar.istio.io/status" } },
  { name: "Linkerd", container: /^linkerd-proxy$/, annotation: { key: "linkerd.io/proxy-version" } },
  {
    name: "Kuma",
    container: /^kuma-sidecar$/,
    annotation: { key: "kuma.io/sidecar-injected", value: "true" },
  },
  {
    name: "Consul",
    container: /^(consul-dataplane(-.+)?|consul-connect-envoy-sidecar|envoy-sidecar(-.+)?)$/,
    annotation: { key: "consul.hashicorp.com/connect-inject-status", value: "injected" },
  },
  { name: "NGINX Service Mesh", container: /^nginx-mesh-sidecar$/ },
];

/** Istio without sidecars: the node's ztunnel takes the traffic of all pods of a namespace, or of single pods. */
const AMBIENT = {
  annotation: { key: "ambient.istio.io/redirection", value: "enabled" },
  label: "istio.io/dataplane-mode",
};

/** Sidecars without a fixed name, by their image. */
const proxyImages: [RegExp, string][] = [
  [/(^|\/)aws-appmesh-envoy[:@]/, "AWS App Mesh"],
  [/(^|\/)istio\/proxyv2[:@]/, "Istio"],
  [/(^|\/)linkerd\/proxy[:@]/, "Linkerd"],
];

/** `undefined` if there is none. A gateway, whose only container is the proxy, takes its traffic itself. */
export function meshOf(
  pod: V1PodSpec,
  metadata: V1ObjectMeta | undefined,
  namespaceLabels: Record<string, string> | undefined,
): Mesh | undefined {
  if (pod.hostNetwork) return undefined;
  const ambient = ambientOf(metadata, namespaceLabels);
  if (ambient) return ambient;
  const serving = servingContainers(pod);
  if (serving.length > 0 && serving.every(({ name, image }) => proxyName(name, image))) return undefined;
  for (const { name, image } of serving) {
    const mesh = proxyName(name, image);
    if (mesh) return { name: mesh, sign: `container "${name}"` };
  }
  for (const { name, annotation } of meshes) {
    if (annotation && holds(metadata?.annotations, annotation)) {
      return { name, sign: `annotation "${annotation.key}"` };
    }
  }
  return undefined;
}

/** The mesh whose proxy a container is. */
export function proxyName(container: string, image = ""): string | undefined {
  return meshes.find((mesh) => mesh.container.test(container))?.name ??
    proxyImages.find(([pattern]) => pattern.test(image))?.[1];
}

function ambientOf(
  metadata: V1ObjectMeta | undefined,
  namespaceLabels: Record<string, string> | undefined,
): Mesh | undefined {
  const { annotation, label } = AMBIENT;
  const name = "Istio (ambient)";
  if (holds(metadata?.annotations, annotation)) return { name, sign: `annotation "${annotation.key}"` };
  const own = metadata?.labels?.[label];
  if (own === "ambient") return { name, sign: `label "${label}"` };
  // A pod's own label takes precedence, also with the value "none".
  if (own === undefined && namespaceLabels?.[label] === "ambient") {
    return { name, sign: `the namespace's label "${label}"` };
  }
  return undefined;
}

const holds = (
  annotations: Record<string, string> | undefined,
  { key, value }: { key: string; value?: string },
) => value === undefined ? annotations?.[key] !== undefined : annotations?.[key] === value;
