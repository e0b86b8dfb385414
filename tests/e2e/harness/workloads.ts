/** What runs in the cluster: typed objects instead of YAML files. */
import type { Manifest } from "./kube.ts";

export interface WorkloadOptions {
  replicas?: number;
  /** Name of the container. */
  container?: string;
  /** More fields of the container, e.g. probes. */
  extra?: Record<string, unknown>;
  node?: string;
  /** `terminationGracePeriodSeconds`. */
  grace?: number;
}

/** A deployment of the image hello-nginx, and its service on port 80. */
export function workload(name: string, options: WorkloadOptions = {}): Manifest[] {
  const { replicas = 1, container = "hello-nginx", extra = {}, node, grace = 1 } = options;
  const labels = { app: name };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            ...(node ? { nodeName: node } : {}),
            terminationGracePeriodSeconds: grace,
            containers: [helloContainer({ name: container, ...extra })],
          },
        },
      },
    },
    service(name),
  ];
}

/** Of the image hello-nginx, with other fields where they are given. */
export const helloContainer = (extra: Record<string, unknown> = {}) => ({
  name: "hello-nginx",
  image: "hello-nginx:latest",
  imagePullPolicy: "Never",
  ports: [{ containerPort: 80 }],
  ...extra,
});

/** Of the pods with the label `app`, which all workloads here have. */
export function service(
  name: string,
  spec: Record<string, unknown> = {},
  port: Record<string, unknown> = { port: 80, targetPort: 80 },
): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [port], ...spec },
  };
}

export const toolsContainer = { name: "tools", image: "tools:latest", imagePullPolicy: "Never" };

/** The pod that asks. */
export function tools(node?: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tools", labels: { app: "tools" } },
    spec: {
      ...(node ? { nodeName: node } : {}),
      terminationGracePeriodSeconds: 0,
      containers: [toolsContainer],
    },
  };
}

export const httpProbe = (port: number, path = "/") => ({
  httpGet: { path, port },
  periodSeconds: 1,
  timeoutSeconds: 1,
  failureThreshold: 2,
});
