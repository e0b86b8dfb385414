/** The warnings of Kubernetes about an object. */
import type { CoreV1Event } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { KubernetesObject } from "../api/objects.ts";
import type { Cluster } from "./cluster.ts";
import { GefyraError } from "../errors.ts";

/** The events of a namespace with these fields, the latest first; none if they may not be read. */
export async function events(
  cluster: Cluster,
  namespace: string,
  fields: Record<string, string>,
): Promise<CoreV1Event[]> {
  const wanted = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const selection = { ...gvk.Event, namespace, fields: wanted.join(",") };
  const found = await cluster.list<CoreV1Event>(selection).catch((error: unknown): CoreV1Event[] => {
    if (error instanceof GefyraError && error.exit === "forbidden") return [];
    throw error;
  });
  return found.sort((a, b) => timeOf(b) - timeOf(a));
}

/** The last warning about one object, e.g. `FailedMount: secret "key" not found`. */
export async function latestWarning(
  cluster: Cluster,
  { metadata }: KubernetesObject,
): Promise<string | undefined> {
  const about = { type: "Warning", "involvedObject.uid": metadata?.uid ?? "" };
  const [first] = await events(cluster, metadata?.namespace ?? "", about);
  return first && textOf(first);
}

export const textOf = ({ reason, message }: CoreV1Event): string =>
  [reason, message].filter(Boolean).join(": ");

/** Unix milliseconds; newer events have a series instead of a last time. */
function timeOf({ lastTimestamp, eventTime, series, metadata }: CoreV1Event): number {
  const time = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? 0;
  return new Date(time).getTime();
}
