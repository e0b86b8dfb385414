/** What only a node can do to the containers of its pods. */
import { exec } from "../../docker.ts";
import type { Json } from "./kube.ts";

const CTR = "ctr --namespace k8s.io tasks";

/** Of a container, as the runtime names it; `status` is one of the pod's. */
const idOf = (status: Json): string => status.containerID.replace("containerd://", "");

/** As it ends when it runs out of memory. */
export async function killContainer(pod: Json, status: Json): Promise<void> {
  await exec(pod.spec.nodeName, "sh", "-c", `${CTR} kill --signal SIGKILL ${idOf(status)}`);
}

/** No lab's kubelet may set this for a pod, so the node does: some network plugins leave it so. */
export async function stopForwarding(pod: Json): Promise<void> {
  const find = `${CTR} list | sed -n 's/^${idOf(pod.status.containerStatuses[0])} *\\([0-9]*\\) .*/\\1/p'`;
  const set = `nsenter --target $(${find}) --net sh -c 'echo 0 > /proc/sys/net/ipv4/ip_forward'`;
  await exec(pod.spec.nodeName, "sh", "-c", set);
}
