/** Checks the installation in the cluster, and its client for this machine. */
import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import type { Cluster } from "../../kube/cluster.ts";
import type { Connection } from "../../connection/connection.ts";
import { explainMissing } from "../../install/diagnosis.ts";
import { OPERATOR, STOWAWAY } from "../../names.ts";
import { gvk } from "../../api/gvk.ts";
import { type BridgedApp, clientRef, type GefyraClient, type TunnelStatus } from "../../api/client.ts";
import { condition, READY } from "../../api/conditions.ts";
import { broken, type CheckResult, ok } from "../check-result.ts";
import { type RunningPod, runningPod } from "../pods.ts";

const workloads = {
  operator: { kind: "Deployment", name: OPERATOR },
  stowaway: { kind: "StatefulSet", name: STOWAWAY },
} as const;

export async function checkPart(
  cluster: Cluster,
  namespace: string,
  part: keyof typeof workloads,
): Promise<CheckResult<RunningPod>> {
  const { kind, name } = workloads[part];
  const ref = { ...gvk[kind], namespace, name };
  const [workload, pod] = await Promise.all([
    cluster.get<V1Deployment | V1StatefulSet>(ref),
    runningPod(cluster, namespace, part),
  ]);
  if (!workload) {
    return { results: [broken(`there is no ${kind} ${name} in namespace "${namespace}"`, INSTALL)] };
  }
  if (pod) return { results: [ok(`pod ${pod.name} at ${pod.address}`)], value: pod };
  const replicas = workload.spec?.replicas ?? 1;
  if (replicas === 0) {
    const remedy = `kubectl scale ${kind.toLowerCase()}/${name} --namespace ${namespace} --replicas 1`;
    return { results: [broken("scaled to 0", remedy)] };
  }
  const reason = await explainMissing(cluster, namespace);
  const remedy = reason?.hint ?? `kubectl describe pods --namespace ${namespace}`;
  return { results: [broken(reason?.message ?? "it has no running pod", remedy)] };
}

const INSTALL = "`gefyra up` installs it again";

/** Checks that the cluster has this machine's client, with a subnet of the tunnel. */
export async function checkClient(
  cluster: Cluster,
  { namespace, client: name }: Connection,
): Promise<CheckResult<TunnelStatus & { apps: BridgedApp[] }>> {
  const client = await cluster.get<GefyraClient>(clientRef(namespace, name));
  if (!client) {
    return {
      results: [broken(`the cluster no longer has client ${name}`, "connect again with `gefyra up`")],
    };
  }
  const { tunnel, apps = [], phase, lastSeen, conditions } = client.status ?? {};
  const ready = condition(conditions, READY);
  const heard = lastSeen ? `, last heard ${age(lastSeen)} s ago` : "";
  if (!tunnel) {
    return { results: [broken(`${name} has no subnet in the tunnel yet`, "see the operator above")] };
  }
  const expected = ready?.status === "True"
    ? ok(`${name}: ${phase}${heard}`)
    : broken(`${name}: ${ready?.message ?? phase}${heard}`, "see the operator and Stowaway above");
  return { results: [expected], value: { ...tunnel, apps } };
}

const age = (time: string) => Math.max(0, Math.round((Date.now() - new Date(time).getTime()) / 1000));
