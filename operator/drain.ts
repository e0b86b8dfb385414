/**
 * Takes a pod out of its Services before its container is changed, so that nobody is sent to a container that is gone:
 * the kubelet stops a container first and says later that the pod is not ready. Nothing has to be taken back, as both
 * that are written here are put right by whom they belong to.
 *
 * Decision 012.
 *
 * 1. The pod's endpoints in the EndpointSlices become not ready. The EndpointSlice controller undoes a foreign change
 *    1 s later (`endpointSliceChangeMinSyncDelay`), unless the pod itself is not ready by then.
 * 2. The image is changed before that second has passed.
 * 3. The pod becomes not ready, as soon as the kubelet has seen the image: in that moment it writes the whole status
 *    (from v1.34 on), and then not again before the container has ended.
 */
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { podRef, runningContainer, setImage } from "../lib/bridge/intercept.ts";
import { GefyraError } from "../lib/errors.ts";
import type { Context } from "./context.ts";
import { endpointsWithout, isOf, type Standing, standing } from "./endpoints.ts";

/** After a change of its own the controller looks again, too; and kube-proxy writes at most once a second. */
const QUIET_MS = 1100;
/** Long enough for kube-proxy to write its rules; what is later leaves the kubelet too little time, and begins again. */
const HOLD_MS = 450, LATE_MS = 650;
/** Who is not put back by then is not ready by itself. */
const PUT_BACK_MS = 2500;
const INTERVAL_MS = 100, LONGEST_MS = 12_000;
/** How long the kubelet is waited for before others get their turn; its answer is seen by the watch, too. */
const SEEN_MS = 500, SEEN_INTERVAL_MS = 10;

export interface Drain {
  /** Unix milliseconds: of the first look. */
  began: number;
  /** Of the last change that was seen, and what it left. */
  changed: number;
  generations: string;
  /** Of the last time that the endpoints became not ready. */
  said?: number;
}

/** By the pod's uid. */
const draining = new Map<string, Drain>();
/** By the pod's uid: the container that serves nobody any more. */
const leaving = new Map<string, string>();

/** Milliseconds to wait before `container` may be changed; 0: now. */
export async function drain({ cluster, log }: Context, pod: V1Pod, container: string): Promise<number> {
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  const slices = await cluster.list<V1EndpointSlice>({
    ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
  });
  const now = Date.now(), mine = slices.filter(({ endpoints }) => endpoints?.some((one) => isOf(one, uid)));
  const known = look(draining.get(uid), mine, now);
  const next = nextStep(known, standing(slices, uid), now);
  if (next === "go") {
    draining.delete(uid);
    if (known.said) leaving.set(uid, runningContainer(pod, container) ?? "");
    return 0;
  }
  draining.set(uid, known);
  if (next !== "leave") return next;
  if (!known.said) log(`pod ${namespace}/${name}: leaves its services`);
  await leave({ cluster }, mine, uid);
  known.said = now;
  return HOLD_MS;
}

/** Pure. Before the first look, changes are known to the second. */
export function look(known: Drain | undefined, slices: V1EndpointSlice[], now: number): Drain {
  const generations = slices.map(({ metadata }) => `${metadata?.uid}/${metadata?.generation}`).sort().join();
  if (known) return known.generations === generations ? known : { ...known, generations, changed: now };
  const writes = slices.flatMap(({ metadata }) => metadata?.managedFields ?? []);
  const last = Math.max(0, ...writes.map(({ time }) => time ? new Date(time).getTime() + 1000 : 0));
  return { began: now, generations, changed: Math.min(now, last) };
}

/** Pure: what to do, or how long to wait. */
export function nextStep(
  { began, changed, said }: Drain,
  is: Standing,
  now: number,
): "go" | "leave" | number {
  // Nobody else could answer, or nobody is sent here anyway.
  if (is === "alone" || (is === "absent" && !said)) return "go";
  if (now - began >= LONGEST_MS) return "go";
  if (said && is === "absent") {
    const held = now - said;
    if (held < HOLD_MS) return HOLD_MS - held;
    return held <= LATE_MS || held >= PUT_BACK_MS ? "go" : INTERVAL_MS;
  }
  if (is === "last" || now - changed < QUIET_MS) return INTERVAL_MS;
  return "leave";
}

async function leave({ cluster }: Pick<Context, "cluster">, slices: V1EndpointSlice[], uid: string) {
  for (const { metadata, endpoints } of slices) {
    const without = endpointsWithout(endpoints ?? [], uid);
    if (!without) continue;
    const { namespace, name = "", resourceVersion } = metadata ?? {};
    try {
      await cluster.patch(
        { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace, name },
        { metadata: { resourceVersion }, endpoints: without },
      );
    } catch (error) {
      // Somebody else was faster; the next look sees it.
      if (!(error instanceof GefyraError) || error.exit !== "conflict") throw error;
    }
  }
}

/** Changes the image of a container that may be changed, and keeps it out of its Services from then on. */
export async function changeImage(
  context: Context,
  pod: V1Pod,
  container: string,
  image: string,
): Promise<void> {
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  const { cluster, world } = context;
  const changed = await setImage(cluster, pod, container, image);
  if (!changed || !leaving.has(uid)) return;
  world.pods.put(changed);
  for (const end = Date.now() + SEEN_MS; Date.now() < end;) {
    const now = world.pods.get(namespace, name);
    if (!now || await stayAway(context, now, container)) return;
    await new Promise((resolve) => setTimeout(resolve, SEEN_INTERVAL_MS));
  }
}

/** To be called while the image is changed and its container may still be the old one. False: the kubelet knows not yet. */
export async function stayAway({ cluster, world }: Context, pod: V1Pod, container: string): Promise<boolean> {
  const { uid = "", namespace = "", name = "", generation = 0 } = pod.metadata ?? {};
  const left = leaving.get(uid);
  if (left === undefined) return true;
  if (runningContainer(pod, container) !== left) return leaving.delete(uid);
  const { observedGeneration = generation, conditions = [] } = pod.status ?? {};
  if (observedGeneration < generation) return false;
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return true;
  const condition = {
    type: "Ready",
    status: "False",
    reason: "GefyraSwitching",
    message: `container ${container} is about to change`,
    lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  };
  const written = await cluster.patch<V1Pod>(
    podRef(namespace, name),
    { status: { conditions: [condition] } },
    { strategic: true, subresource: "status" },
  );
  if (written) world.pods.put(written);
  return true;
}
