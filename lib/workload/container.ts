/** Chooses the container of a pod. Pure. */
import type { V1Container, V1PodSpec, V1ServicePort } from "@kubernetes/client-node";
import type { BridgePort } from "../api/bridge.ts";
import { servicePort } from "./ports.ts";
import { isSidecar, servingContainers } from "./serving.ts";

export interface ChosenContainer {
  container: V1Container;
  /** It is an init container that keeps running beside the others. */
  sidecar: boolean;
}

export interface ContainerHints {
  ports?: BridgePort[] | undefined;
  /** Of the Service that is the target: its port leads to the container that declares it. */
  servicePorts?: V1ServicePort[] | undefined;
}

/** Without a name: the only container, or the one that a Service's port leads to. */
export function planContainer(
  pod: V1PodSpec,
  name: string | undefined,
  hints: ContainerHints = {},
): ChosenContainer | { reasons: string[] } {
  if (name !== undefined) return named(pod, name);
  const [first, ...others] = pod.containers;
  if (first && others.length === 0 && !hints.servicePorts) return { container: first, sidecar: false };
  const declaring = servingContainers(pod).filter((container) => declares(container, hints));
  const [chosen, ...more] = declaring;
  if (chosen && more.length === 0) return { container: chosen, sidecar: !pod.containers.includes(chosen) };
  // Ports need not be declared.
  if (first && others.length === 0 && declaring.length === 0) return { container: first, sidecar: false };
  const names = pod.containers.map((one) => one.name);
  return {
    reasons: [`the pods have ${names.length} containers, and none is named (there are: ${names.join(", ")})`],
  };
}

function named(pod: V1PodSpec, name: string): ChosenContainer | { reasons: string[] } {
  const container = pod.containers.find((one) => one.name === name);
  if (container) return { container, sidecar: false };
  const init = pod.initContainers?.find((one) => one.name === name);
  if (init && isSidecar(init)) return { container: init, sidecar: true };
  if (init) {
    return { reasons: [`"${name}" is an init container: it ends before the pod gets any traffic`] };
  }
  const names = servingContainers(pod).map((one) => one.name).join(", ");
  return { reasons: [`the pods have no container "${name}" (there are: ${names})`] };
}

/** Whether a container declares what the Service's bridged ports lead to. */
function declares(
  { ports = [] }: V1Container,
  { ports: bridged = [], servicePorts }: ContainerHints,
): boolean {
  if (!servicePorts || bridged.length === 0) return false;
  return bridged.every((port) => {
    const wanted = targetOf(port, servicePorts);
    return wanted !== undefined &&
      ports.some((one) =>
        (one.protocol ?? "TCP") === port.protocol && (one.name === wanted || one.containerPort === wanted)
      );
  });
}

/** Clients of a headless Service without ports use the pods' ports. */
function targetOf(port: BridgePort, servicePorts: V1ServicePort[]): number | string | undefined {
  if (servicePorts.length === 0) return port.remote;
  const found = servicePort(servicePorts, port);
  return found?.targetPort ?? found?.port;
}
