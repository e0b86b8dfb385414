/** Limits of a container in the cluster, for Docker. Pure. */
// @ts-types="@types/dockerode"
import type { HostConfig } from "dockerode";
import type { V1Container } from "@kubernetes/client-node";
import { bytesOf } from "../../workload/quantity.ts";

/** Docker refuses less: no container can start in it. */
const LEAST_MEMORY = 6 * 1024 ** 2;
/** Docker refuses less than a hundredth of a CPU. */
const LEAST_CPUS = 0.01;

/** `cpus`: those that Docker's machine has; Docker refuses a higher limit. */
export function limitsOf({ resources }: V1Container, cpus: number): { host: HostConfig; notes: string[] } {
  const memory = bytesOf(resources?.limits?.memory), cpu = bytesOf(resources?.limits?.cpu);
  const host: HostConfig = {}, notes: string[] = [];
  if (memory !== undefined && memory < LEAST_MEMORY) {
    notes.push("the memory limit is too low for Docker and is not set");
  } else if (memory !== undefined) host.Memory = Math.floor(memory);
  if (cpu !== undefined && cpu > cpus) notes.push(`the limit of ${cpu} CPUs is not set: Docker has ${cpus}`);
  else if (cpu !== undefined) host.NanoCpus = Math.round(Math.max(cpu, LEAST_CPUS) * 1e9);
  return { host, notes };
}
