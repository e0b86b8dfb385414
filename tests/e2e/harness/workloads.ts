/** What runs in the cluster: typed objects instead of YAML files. */
import type { Manifest } from "./kubectl.ts";

export interface WorkloadOptions {
  replicas?: number;
  /** Name of the container. */
  container?: string;
  /** More fields of the container, e.g. probes. */
  extra?: Record<string, unknown>;
  node?: string;
}

/** A deployment of the image hello-nginx, and its service on port 80. */
export function workload(name: string, options: WorkloadOptions = {}): Manifest[] {
  const { replicas = 1, container = "hello-nginx", extra = {}, node } = options;
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
            terminationGracePeriodSeconds: 1,
            containers: [{
              name: container,
              image: "hello-nginx:latest",
              imagePullPolicy: "Never",
              ports: [{ containerPort: 80 }],
              ...extra,
            }],
          },
        },
      },
    },
    service(name),
  ];
}

function service(name: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 80 }] },
  };
}

/** The pod that asks. */
export function tools(node?: string): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tools", labels: { app: "tools" } },
    spec: {
      ...(node ? { nodeName: node } : {}),
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "tools", image: "tools:latest", imagePullPolicy: "Never" }],
    },
  };
}

export const httpProbe = (port: number, path = "/") => ({
  httpGet: { path, port },
  periodSeconds: 1,
  timeoutSeconds: 1,
  failureThreshold: 2,
});
