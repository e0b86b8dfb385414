/** Plans each pod of a target by its own spec. Pure. */
import type { V1Pod } from "@kubernetes/client-node";
import { type Plan, plan, type PlanInput } from "./plan.ts";

export interface PlannedPods {
  pods: V1Pod[];
  plan: Plan;
}

/**
 * Pods of one target may differ: the pods of a Service may belong to several workloads, a named port may change between
 * versions, and a webhook's changes are not in the template. Pods with equal plans are grouped.
 */
export function planPerPod(pods: V1Pod[], input: Omit<PlanInput, "pod" | "metadata">): PlannedPods[] {
  const groups = new Map<string, PlannedPods>();
  for (const pod of pods) {
    const { metadata, spec = { containers: [] } } = pod;
    const planned = plan({ ...input, pod: spec, metadata });
    const key = JSON.stringify(planned);
    const group = groups.get(key);
    if (group) group.pods.push(pod);
    else groups.set(key, { pods: [pod], plan: planned });
  }
  return [...groups.values()];
}
