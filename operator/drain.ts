/**
 * Takes a pod out of its Services before its container is stopped, so that nobody is sent to a container that is gone.
 * The kubelet stops a container first and says later that the pod is not ready; here it is said before. A pod's status
 * belongs to the kubelet, which puts it right at its next look (within 10 s, `syncBatch` of its status manager), so
 * nothing has to be taken back.
 */
import type { V1Pod } from "@kubernetes/client-node";
import { podRef } from "../lib/bridge/intercept.ts";
import type { Context } from "./context.ts";

/** The endpoints follow at once, kube-proxy within a second (`minSyncPeriod`); then clients have to have connected. */
const DRAIN_MS = 2_500;
/** A pod with readiness gates is put right at once: then it goes as it is. */
const LONGEST_MS = 15_000;

interface Drain {
  /** Unix milliseconds; of the first and of the last time that the pod was said not to be ready. */
  began: number;
  said: number;
}

/** By the pod's uid. */
const draining = new Map<string, Drain>();

export const isReady = ({ status }: V1Pod): boolean =>
  status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;

/** Milliseconds to wait before the pod's container may be stopped. `peers`: the pods that serve beside it. */
export async function drain(context: Context, pod: V1Pod, peers: V1Pod[]): Promise<number> {
  const { cluster, world } = context;
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  const now = Date.now();
  const known = draining.get(uid);
  const left = waitFor(known, { ready: isReady(pod), peers: peers.some(isReady), now });
  if (left === 0) {
    draining.delete(uid);
    return 0;
  }
  if (known && !isReady(pod)) return left;
  draining.set(uid, { began: known?.began ?? now, said: now });
  if (!known) context.log(`pod ${namespace}/${name}: leaves its services`);
  const condition = {
    type: "Ready",
    status: "False",
    reason: "GefyraSwitching",
    message: "the container is about to change",
    lastTransitionTime: new Date(now).toISOString().replace(/\.\d+Z$/, "Z"),
  };
  const written = await cluster.patch<V1Pod>(
    podRef(namespace, name),
    { status: { conditions: [condition] } },
    { strategic: true, subresource: "status" },
  );
  if (written) world.pods.put(written);
  return DRAIN_MS;
}

/** Pure. */
export function waitFor(
  known: Drain | undefined,
  { ready, peers, now }: { ready: boolean; peers: boolean; now: number },
): number {
  // Nobody else would answer, or nobody is sent here anyway.
  if (!peers || (!known && !ready)) return 0;
  if (!known) return DRAIN_MS;
  if (now - known.began >= LONGEST_MS) return 0;
  return ready ? DRAIN_MS : Math.max(0, known.said + DRAIN_MS - now);
}
