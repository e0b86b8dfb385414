/** How many connections Carrier's Nginx may have in a pod. Pure. */
import type { V1PodSpec } from "@kubernetes/client-node";
import type { ModeName } from "../../api/modes.ts";
import { bytesOf } from "../../workload/quantity.ts";

/**
 * A place for one connection costs Nginx 424 bytes from its start on (measured: images of Debian 13, x64), and what goes
 * on needs two, to the client and to the app. So the most cost 5 MB.
 */
export const CONNECTIONS = { least: 2048, most: 12288, bytes: 424 } as const;

/** The part of the memory that places may have. */
const SHARE = 1 / 16;

/**
 * In the original's place Carrier has the container's own limit. Beside it has none, but a pod whose containers all have
 * one has their sum, which Carrier shares with them.
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
