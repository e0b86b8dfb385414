/** The app that speaks several protocols (tests/workloads/polyglot), as the original in the cluster and as the local one. */
import { docker } from "../../docker.ts";
import { gefyra } from "./gefyra.ts";
import { get, type Manifest } from "./kube.ts";
import { CONTROL_PLANE, named } from "./names.ts";
import type { TestEnv } from "./test-env.ts";

export const PORT = { http1: 8001, http2: 8002, lines: 8003, greeting: 8004, udp: 8005, both: 8006 } as const;
export type Protocol = keyof typeof PORT;

/** Where to ask one that is published on the nodes. */
export type Polyglot = Record<Protocol, { hostname: string; port: number }>;

export interface PolyglotOptions {
  /** Where it listens; all addresses when absent, the pod's own with "$(POD_IP)". */
  host?: string;
  /** More fields of the container, and of the pod. */
  extra?: Record<string, unknown>;
  pod?: Record<string, unknown>;
}

/** A deployment that says it is the `original`, and a service that nodes publish. */
export function polyglot(name: string, { host, extra = {}, pod = {} }: PolyglotOptions = {}): Manifest[] {
  const labels = { app: name };
  const ports = Object.entries(PORT).map(([port, number]) => ({
    name: port,
    protocol: port === "udp" ? "UDP" : "TCP",
    number,
  }));
  const container = {
    name: "polyglot",
    image: "polyglot:latest",
    imagePullPolicy: "Never",
    args: ["original", ...(host ? [host] : [])],
    env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
    ports: ports.map(({ name, protocol, number }) => ({ name, protocol, containerPort: number })),
    ...extra,
  };
  const spec = { terminationGracePeriodSeconds: 1, containers: [container], ...pod };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: {
        type: "NodePort",
        selector: labels,
        ports: ports.map(({ name, protocol, number }) => ({ name, protocol, port: number })),
      },
    },
  ];
}

/** From this machine, over the node's address. */
export async function polyglotAt(namespace: string, name: string): Promise<Polyglot> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const [hostname, { spec }] = await Promise.all([
    docker(["inspect", "--format", format, CONTROL_PLANE]),
    get("Service", name, namespace),
  ]);
  const ports: { name: Protocol; nodePort: number }[] = spec.ports;
  return Object.fromEntries(
    ports.map(({ name, nodePort }) => [name, { hostname, port: nodePort }]),
  ) as Polyglot;
}

/** `gefyra run` of it, as `named(name)`: it says its name. */
export async function runPolyglot({ namespace }: TestEnv, name: string, host?: string): Promise<void> {
  const command = [name, ...(host ? [host] : [])];
  await gefyra("run", "-i", "polyglot", "-N", named(name), "-n", namespace, "-d", "--", ...command);
}

/** `--port` for each of its ports, or for some. */
export function polyglotPorts(
  protocols: Protocol[] = ["http1", "http2", "lines", "greeting", "udp"],
): string[] {
  return protocols.flatMap((name) => ["--port", `${name}:${PORT[name]}${name === "udp" ? "/udp" : ""}`]);
}
