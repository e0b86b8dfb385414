/** Finds the Services that lead to a port of a pod. Pure. */
import type { V1PodSpec, V1Service, V1ServicePort } from "@kubernetes/client-node";
import { servingContainers } from "./serving.ts";
import { matches } from "./selector.ts";

export interface PodPort {
  port: number;
  protocol: string;
}

/** Whether one of them selects pods with these labels and has a port that leads to this one. */
export function leads(
  services: V1Service[],
  labels: Record<string, string> | undefined,
  pod: V1PodSpec,
  port: PodPort,
): boolean {
  return services.some(({ spec }) => {
    const selector = spec?.selector ?? {};
    if (spec?.type === "ExternalName" || Object.keys(selector).length === 0) return false;
    if (!matches({ matchLabels: selector }, labels)) return false;
    // Clients of a headless Service without ports use the pods' ports.
    return spec?.ports?.length ? spec.ports.some((one) => leadsTo(one, pod, port)) : true;
  });
}

/** Whether a port of a Service leads to a port of a pod. */
export function leadsTo(
  { port, targetPort = port, protocol = "TCP" }: V1ServicePort,
  pod: V1PodSpec,
  wanted: PodPort,
): boolean {
  if (protocol !== wanted.protocol) return false;
  if (/^\d+$/.test(String(targetPort))) return Number(targetPort) === wanted.port;
  return servingContainers(pod).some(({ ports = [] }) =>
    ports.some((one) =>
      one.name === targetPort && one.containerPort === wanted.port && (one.protocol ?? "TCP") === protocol
    )
  );
}
