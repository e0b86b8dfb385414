import type { V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Part } from "../images.ts";
import { COMPONENT_LABEL } from "../names.ts";

export interface RunningPod {
  name: string;
  address: string;
}

/** A running pod of one of Gefyra's parts. */
export async function runningPod(
  cluster: Cluster,
  namespace: string,
  part: Part,
): Promise<RunningPod | undefined> {
  const labels = `${COMPONENT_LABEL}=${part}`;
  const pods = await cluster.list<V1Pod>({ ...gvk.Pod, namespace, labels });
  const pod = pods.find(({ metadata, status }) =>
    !metadata?.deletionTimestamp && status?.podIP && status.containerStatuses?.[0]?.state?.running
  );
  return pod && { name: pod.metadata?.name ?? "", address: pod.status?.podIP ?? "" };
}
