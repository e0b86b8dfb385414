/** Ports to bridge to which no Service leads. Pure. */
import type { V1PodSpec, V1Service } from "@kubernetes/client-node";
import { typedPort, undeclared } from "../workload/ports.ts";
import { servingContainers } from "../workload/serving.ts";
import { leads } from "../workload/services.ts";
import type { ModePlan } from "./modes/mode.ts";

export interface Surroundings {
  pod: V1PodSpec;
  labels: Record<string, string> | undefined;
  /** All Services of the namespace; `undefined` if they are not known. */
  services: V1Service[] | undefined;
}

/** Ports that are most likely mistyped, and notes about the others. */
export function unroutedPorts(
  { mode, container: name, ports }: ModePlan,
  { pod, labels, services }: Surroundings,
): { mistakes: string[]; notes: string[] } {
  const container = servingContainers(pod).find((one) => one.name === name);
  const mistakes: string[] = [], notes: string[] = [];
  for (const { remote, port, protocol } of ports) {
    if (remote === undefined || (services && leads(services, labels, pod, { port, protocol }))) continue;
    const mistake = container && undeclared(container, { port, protocol });
    if (mistake) mistakes.push(services ? `${mistake}, and no Service leads to it` : mistake);
    else if (services && mode === "beside") {
      notes.push(
        `no Service leads to port ${
          typedPort({ remote, port, protocol })
        }: traffic between the pod's own containers over ` +
          "localhost stays with the original; --replace takes it too",
      );
    }
  }
  return { mistakes, notes };
}
