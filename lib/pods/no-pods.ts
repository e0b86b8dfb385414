/** Why a workload gets no pods: a quota, a LimitRange, an admission controller. */
import type { CoreV1Event } from "@kubernetes/client-node";
import type { KubernetesObject } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import { events, textOf } from "../kube/events.ts";
import { API_VERSIONS } from "../api/kinds.ts";

/** The fields that all kinds of workloads have. */
export interface Workload extends KubernetesObject {
  spec?: { replicas?: number };
  status?: {
    replicas?: number;
    /** Of a DaemonSet. */
    desiredNumberScheduled?: number;
    currentNumberScheduled?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** e.g. `FailedCreate: pods "web-1" is forbidden: exceeded quota: …`; `undefined` where nothing has failed. */
export async function whyNoPods(
  cluster: Cluster,
  namespace: string,
  { kind, name }: { kind: string; name: string },
): Promise<string | undefined> {
  const apiVersion = API_VERSIONS[kind] ?? "";
  if (apiVersion !== "apps/v1") return undefined;
  const workload = await cluster.get<Workload>({ apiVersion, kind, namespace, name });
  if (!workload) return undefined;
  return failedCreate(workload, await events(cluster, namespace, { reason: "FailedCreate" }));
}

/** Deployments and ReplicaSets have a condition, the others only events; `events` has the latest first. Pure. */
export function failedCreate(
  { kind, metadata, spec, status }: Workload,
  events: CoreV1Event[],
): string | undefined {
  const wanted = kind === "DaemonSet" ? status?.desiredNumberScheduled ?? 0 : spec?.replicas ?? 1;
  const there = (kind === "DaemonSet" ? status?.currentNumberScheduled : status?.replicas) ?? 0;
  if (there >= wanted) return undefined;
  const failure = status?.conditions?.find(({ type, status }) =>
    type === "ReplicaFailure" && status === "True"
  );
  if (failure) return [failure.reason, failure.message].filter(Boolean).join(": ");
  if (kind === "Deployment" || kind === "ReplicaSet") return undefined;
  const event = events.find(({ involvedObject }) => involvedObject.uid === metadata?.uid);
  return event && textOf(event);
}
