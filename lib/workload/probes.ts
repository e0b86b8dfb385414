/** The kubelet's probes of a pod. Pure. */
import type { V1Container, V1PodSpec, V1Probe } from "@kubernetes/client-node";
import { servingContainers } from "./serving.ts";

export interface NamedProbe {
  container: string;
  name: "liveness" | "readiness" | "startup";
  how: "httpGet" | "https" | "tcpSocket" | "grpc" | "exec";
  /** Port number in the pod; `undefined` if it uses none, another host, or a name that is not declared. */
  port: number | undefined;
  /** As the pod's spec has it; `undefined` for exec. */
  asks: string | undefined;
  /** It checks another host than the pod. */
  elsewhere: boolean;
}

/**
 * The probes of all serving containers: a probe may check a port of another container, because they share the network.
 */
export function probesOf(pod: V1PodSpec): NamedProbe[] {
  return servingContainers(pod).flatMap((container) =>
    ([
      ["startup", container.startupProbe],
      ["liveness", container.livenessProbe],
      ["readiness", container.readinessProbe],
    ] as const).flatMap(([name, probe]) => probe ? [named(container, name, probe)] : [])
  );
}

function named(container: V1Container, name: NamedProbe["name"], probe: V1Probe): NamedProbe {
  const { httpGet, tcpSocket, grpc } = probe;
  const asks = httpGet?.port ?? tcpSocket?.port ?? grpc?.port;
  const elsewhere = Boolean(httpGet?.host ?? tcpSocket?.host);
  return {
    container: container.name,
    name,
    how: how(probe),
    port: asks === undefined || elsewhere ? undefined : portNumber(container, asks),
    asks: asks === undefined ? undefined : String(asks),
    elsewhere,
  };
}

function how({ httpGet, tcpSocket, grpc }: V1Probe): NamedProbe["how"] {
  if (httpGet) return httpGet.scheme === "HTTPS" ? "https" : "httpGet";
  if (tcpSocket) return "tcpSocket";
  return grpc ? "grpc" : "exec";
}

function portNumber({ ports }: V1Container, port: number | string): number | undefined {
  if (/^\d+$/.test(String(port))) return Number(port);
  return ports?.find(({ name }) => name === port)?.containerPort;
}
