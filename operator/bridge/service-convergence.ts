/**
 * When a Service's clients reach a pod whose container has just been changed: its endpoint is ready, and every kube-proxy
 * has written its rules.
 *
 * kube-proxy writes at once after a pause, else a second after its last write has ended (`minSyncPeriod`). That write may
 * have been for any Service, and may still be running: so the wait is one second and the time of two writes.
 */
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../../lib/api/gvk.ts";
import { isReady } from "../../lib/workload/pod-problems.ts";
import type { Context } from "../runtime/context.ts";
import type { State } from "../runtime/state.ts";
import { standing } from "./endpoints.ts";

const PROXY_INTERVAL_MS = 1000, PROXY_WRITE_MS = 250, CHECK_MS = 100, LONGEST_MS = 5000;

export interface Seen {
  /** Unix milliseconds: of the first pass in which the pod was ready and its endpoint was not. */
  since?: number;
  /** Of the first pass after that in which its endpoint was ready. */
  ready?: number;
}

export interface Convergence {
  /**
   * Reads the pod's endpoints, and remembers since when they are ready. The milliseconds after which to call again; 0:
   * clients reach the pod, or others serve them, or the Service never leads to it.
   */
  track(pod: V1Pod): Promise<number>;
}

export function createConvergence({ cluster }: Pick<Context, "cluster">, state: State): Convergence {
  /** By the pod's uid. */
  const pods = state.byUid<Seen>();
  return {
    track: async (pod) => {
      const { uid = "", namespace = "" } = pod.metadata ?? {};
      const slices = await cluster.list<V1EndpointSlice>({
        ...{ ...gvk.EndpointSlice, namespace },
      });
      const now = Date.now();
      const seen = observe(pods.get(uid), pod, slices, now), wait = remaining(seen, now);
      if (seen && wait > 0) pods.set(uid, seen);
      else pods.delete(uid);
      return wait;
    },
  };
}

/** `undefined` where there is nothing to wait for. Pure. */
export function observe(
  known: Seen | undefined,
  pod: V1Pod,
  slices: V1EndpointSlice[],
  now: number,
): Seen | undefined {
  const uid = pod.metadata?.uid ?? "";
  const named = slices.some(({ endpoints }) => endpoints?.some(({ targetRef }) => targetRef?.uid === uid));
  // No Service leads to a pod that is not ready as a whole; the bridge's message says so.
  if (!named || !isReady(pod)) return undefined;
  const is = standing(slices, uid);
  if (is === "absent") return { ...known, since: known?.since ?? now };
  // Other pods answer meanwhile.
  if (is === "among") return undefined;
  return { ...known, ready: known?.ready ?? now };
}

/** Milliseconds. Pure. */
export function remaining(seen: Seen | undefined, now: number): number {
  if (!seen) return 0;
  if (seen.ready === undefined) return now - (seen.since ?? now) < LONGEST_MS ? CHECK_MS : 0;
  return Math.max(0, seen.ready + PROXY_INTERVAL_MS + 2 * PROXY_WRITE_MS - now);
}
