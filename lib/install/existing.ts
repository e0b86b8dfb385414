/** The installation in a namespace as a user sees it, whatever that user may read. */
import type { V1Deployment } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Cluster } from "../kube/cluster.ts";
import { unlessForbidden } from "../kube/rights.ts";
import { OPERATOR } from "../names.ts";
import { enabledNamespaces } from "../config/enabled-namespaces.ts";
import { isOurs, isTemporary } from "../uninstall/ownership.ts";

export interface Installation {
  /** The operator's. */
  deployment: V1Deployment;
  /** An administrator made it: it stays, and users do not change it. */
  permanent: boolean;
  /** Where bridges are allowed; everywhere if absent. */
  namespaces: string[] | undefined;
}

/** By the operator's Deployment; `undefined` if there is none, or if this user may not read it. */
export async function findInstallation(
  cluster: Cluster,
  namespace: string,
): Promise<Installation | undefined> {
  const ref = { ...gvk.Deployment, namespace, name: OPERATOR };
  const deployment = await unlessForbidden(cluster.get<V1Deployment>(ref), undefined);
  if (!deployment || !isOurs(deployment) || deployment.metadata?.deletionTimestamp) return undefined;
  return { deployment, permanent: !isTemporary(deployment), namespaces: enabledNamespaces(deployment) };
}
