import type { Cluster } from "../kube/cluster.ts";
import { connectCluster } from "../kube/kubernetes.ts";
import type { Connection } from "./connection.ts";

/** The cluster that a connection was made to, whatever the current context is now. */
export function connectionCluster({ kubeconfig, context }: Connection): Promise<Cluster> {
  return connectCluster({ kubeconfig: kubeconfig || undefined, context });
}
