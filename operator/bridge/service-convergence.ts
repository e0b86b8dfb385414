/**
 * When those who ask a Service reach a pod whose container has just been changed: its endpoint has become ready, and
 * every kube-proxy has written that down.
 *
 * kube-proxy writes at once after a pause, else a second after the end of the last writing (`minSyncPeriod`). That one may
 * have been for any Service, and may just be under way: so a second and two writings are waited for.
 */
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { isReady } from "../../lib/workload/pod-problems.ts";
import type { Context } from "../runtime/context.ts";
import { standing } from "./endpoints.ts";

const PROXY_INTERVAL_MS = 1000, PROXY_WRITE_MS = 250, LOOK_MS = 100, LONGEST_MS = 5000;

export interface Seen {
  /** Unix milliseconds: of the first look at which the pod was ready, and its endpoint was not. */
  since?: number;
  /** Of the first look at which its endpoint was ready, after that. */
  ready?: number;
}

/** By the pod's uid. */
const seen = new Map<string, Seen>();

/** Milliseconds until the next look; 0: they reach it, or nobody would be kept from it who could be. */
export async function untilServices(context: Context, pod: V1Pod, now = Date.now()): Promise<number> {
  const { uid = "", namespace = "" } = pod.metadata ?? {};
  const slices = await context.cluster.list<V1EndpointSlice>({
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
  });
  const known = observe(seen.get(uid), pod, slices, now), wait = remaining(known, now);
  if (known && wait > 0) seen.set(uid, known);
  else seen.delete(uid);
  return wait;
}

/** Pure. `undefined` where there is nothing to wait for. */
export function observe(
  known: Seen | undefined,
  pod: V1Pod,
  slices: V1EndpointSlice[],
  now: number,
): Seen | undefined {
  const uid = pod.metadata?.uid ?? "";
  const named = slices.some(({ endpoints }) => endpoints?.some(({ targetRef }) => targetRef?.uid === uid));
  // Its Services will not lead to a pod that is not ready as a whole, which is told elsewhere.
  if (!named || !isReady(pod)) return undefined;
  const is = standing(slices, uid);
  if (is === "absent") return { ...known, since: known?.since ?? now };
  // Others are reached meanwhile.
  if (is === "among") return undefined;
  return { ...known, ready: known?.ready ?? now };
}

/** Pure. */
export function remaining(known: Seen | undefined, now: number): number {
  if (!known) return 0;
  if (known.ready === undefined) return now - (known.since ?? now) < LONGEST_MS ? LOOK_MS : 0;
  return Math.max(0, known.ready + PROXY_INTERVAL_MS + 2 * PROXY_WRITE_MS - now);
}
