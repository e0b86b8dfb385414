/** How many connections Carrier's Nginx may hold in a pod. Pure. */
import type { V1PodSpec } from "@kubernetes/client-node";
import type { ModeName } from "../../api/modes.ts";
import { bytesOf } from "../../workload/quantity.ts";

/**
 * Each connection slot uses 424 bytes from the start (measured: images of Debian 13, x64). A connection that is passed
 * on needs two slots, to the client and to the app. The maximum uses 5 MB.
 */
export const CONNECTIONS = { least: 2048, most: 12288, bytes: 424 } as const;

/** The part of the memory that slots may use. */
const SHARE = 1 / 16;

/**
 * In replace mode Carrier has the container's own limit. In beside mode it has no limit of its own, but if all
 * containers of the pod have one, Carrier shares their sum.
 */
export function connectionsFor(pod: V1PodSpec | undefined, mode: ModeName, container: string): number {
  const limit = mode === "replace" ? containerLimit(pod, container) : podLimit(pod);
  if (limit === undefined) return CONNECTIONS.most;
  const affordable = Math.floor(limit * SHARE / CONNECTIONS.bytes);
  return Math.min(CONNECTIONS.most, Math.max(CONNECTIONS.least, affordable));
}

function containerLimit(pod: V1PodSpec | undefined, name: string): number | undefined {
  const found = pod?.containers.find((one) => one.name === name);
  return bytesOf(found?.resources?.limits?.memory);
}

function podLimit(pod: V1PodSpec | undefined): number | undefined {
  const own = bytesOf(pod?.resources?.limits?.memory);
  if (own !== undefined) return own;
  const limits = (pod?.containers ?? []).map(({ resources }) => bytesOf(resources?.limits?.memory));
  if (limits.length === 0 || limits.includes(undefined)) return undefined;
  return limits.reduce<number>((sum, limit) => sum + (limit ?? 0), 0);
}
