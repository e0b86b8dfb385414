/** The workloads in the cluster during the bench. */

const labels = (app: string) => ({ app });
const grace = { terminationGracePeriodSeconds: 1 };

/** Nginx, which responds with its pod's name, and a service on port 80. */
function nginx(name: string, more: object = {}): object[] {
  const container = { name: "nginx", image: "hello-nginx:latest", imagePullPolicy: "Never" };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        selector: { matchLabels: labels(name) },
        template: {
          metadata: { labels: labels(name) },
          spec: { ...grace, containers: [{ ...container, ports: [{ containerPort: 80 }], ...more }] },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { selector: labels(name), ports: [{ port: 80 }] },
    },
  ];
}

function tools(name: string, ...command: string[]): object {
  const container = { name: "tools", image: "tools:latest", imagePullPolicy: "Never", command };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { ...grace, terminationGracePeriodSeconds: 0, containers: [container] },
  };
}

/** With the volumes that a pod usually has. It prints the time at which it starts. */
function typical(name: string): object[] {
  const volumes = {
    conf: { configMap: { name } },
    secret: { secret: { secretName: name } },
    data: { emptyDir: {} },
  };
  const container = {
    name: "tools",
    image: "tools:latest",
    imagePullPolicy: "Never",
    command: ["sh", "-c", "date +%s%3N; exec sleep infinity"],
    volumeMounts: Object.keys(volumes).map((one) => ({
      name: one,
      mountPath: `/${one === "data" ? "" : "etc/"}${one}`,
    })),
  };
  const spec = {
    ...grace,
    volumes: Object.entries(volumes).map(([one, source]) => ({ name: one, ...source })),
    containers: [container],
  };
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { value: "0" } },
    { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: { password: "secret" } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name },
      spec: {
        selector: { matchLabels: labels(name) },
        template: { metadata: { labels: labels(name) }, spec },
      },
    },
  ];
}

/** The shortest period: a pod is out of its service until the next probe, up to a second later. */
const readinessProbe = { httpGet: { path: "/", port: 80 }, periodSeconds: 1 };

/** Bridged repeatedly: on one the kernel redirects the port, on the other a probe makes Carrier inspect it. */
export const UNPROBED = "unprobed", PROBED = "probed";
/** The same two, under load while they are switched. */
export const SWITCHED = "switched", SWITCHED_HTTP = "switched-http";
/** Bridged for the requests that match. */
export const MATCHED = "matched";
/** Has many ports. */
export const MANY = "many";
export const MANY_PORTS = Array.from({ length: 50 }, (_, i) => 8001 + i);
/** Its files are copied. */
export const TYPICAL = "typical";
/** Never bridged. */
export const DIRECT = "direct";
/** The server of the bandwidth measurements. */
export const IPERF_SERVER = "iperf-server";

export const deployments = [PROBED, UNPROBED, SWITCHED, SWITCHED_HTTP, MATCHED, MANY, DIRECT, TYPICAL];

export function manifests(namespace: string, toolsPod: string): object {
  const items = [
    ...nginx(PROBED, { readinessProbe }),
    ...nginx(UNPROBED),
    ...nginx(SWITCHED),
    ...nginx(SWITCHED_HTTP, { readinessProbe }),
    ...nginx(MATCHED),
    ...nginx(MANY, { ports: MANY_PORTS.map((containerPort) => ({ containerPort })) }),
    ...nginx(DIRECT),
    ...typical(TYPICAL),
    tools(toolsPod, "sleep", "infinity"),
    tools(IPERF_SERVER, "iperf3", "--server"),
  ];
  return {
    apiVersion: "v1",
    kind: "List",
    items: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...items],
  };
}
