import type { V1Deployment } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import { OPERATOR } from "../names.ts";

/** Whether an operator runs; if none does, the command line does its work. */
export async function operatorRuns(cluster: Cluster, namespace: string): Promise<boolean> {
  const ref = { ...gvk.Deployment, namespace, name: OPERATOR };
  return ((await cluster.get<V1Deployment>(ref))?.status?.availableReplicas ?? 0) > 0;
}
