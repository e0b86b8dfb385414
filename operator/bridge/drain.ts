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
 *    (from v1.34 on), and again when the container has ended.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { podRef, runningContainer, setImage } from "../../lib/pods/pod-image.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import type { Context } from "../runtime/context.ts";
import { endpointsWithout, isOf, type Standing, standing } from "./endpoints.ts";

/**
 * After a change of its own the controller looks again, too; and kube-proxy waits for a second from the end of one
 * writing to the next.
 */
const QUIET_MS = 1600;
/**
 * Long enough for kube-proxy to write its rules; what is later leaves the kubelet too little time, and begins again.
 * Meanwhile it is looked whether somebody has put the pod back. Nothing else is done: a moment missed is lost requests.
 */
const HOLD_MS = 450, LATE_MS = 700, LOOK_AFTER_MS = 300;
/** Who is not put back by then is not ready by itself. */
const PUT_BACK_MS = 2500;
const INTERVAL_MS = 100, LONGEST_MS = 12_000;
/** How often a pod is looked at that must not be ready, and for how long at most: a container may take its time to stop. */
const LOOK_MS = 10, AGAIN_MS = 200, LONGEST_STOP_MS = 60_000;

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
/**
 * Changes the image of a container when its pod serves nobody, and keeps it out of its Services until the container has
 * ended. Milliseconds to wait before the next call; 0: it is changed.
 */
export async function switchImage(
  context: Context,
  pod: V1Pod,
  container: string,
  image: string,
): Promise<number> {
  const { cluster, log } = context;
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  const slicesNow = () =>
    cluster.list<V1EndpointSlice>({
      ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace },
    });
  const slices = await slicesNow();
  const now = Date.now(), mine = slices.filter(({ endpoints }) => endpoints?.some((one) => isOf(one, uid)));
  const known = observe(draining.get(uid), mine, now);
  const is = standing(slices, uid), next = nextStep(known, is, now);
  if (next === "leave") {
    if (!known.said) log(`pod ${namespace}/${name}: leaves its services`);
    known.said = now;
    if (!await leave({ cluster }, mine, uid) || !await hold(now, slicesNow, uid)) {
      draining.set(uid, known);
      return INTERVAL_MS;
    }
  } else if (next !== "go") {
    draining.set(uid, known);
    return next;
  }
  draining.delete(uid);
  await changeImage(context, pod, container, { image, alone: is === "alone" });
  return 0;
}

/** True when the pod is still out of its Services, and it is not too late. */
async function hold(
  began: number,
  slicesNow: () => Promise<V1EndpointSlice[]>,
  uid: string,
): Promise<boolean> {
  const left = Date.now();
  await delay(LOOK_AFTER_MS);
  const still = standing(await slicesNow(), uid) === "absent";
  await delay(left + HOLD_MS - Date.now());
  return still && Date.now() - began <= LATE_MS;
}

/** Pure. Before the first look, changes are known to the second. */
export function observe(known: Drain | undefined, slices: V1EndpointSlice[], now: number): Drain {
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
  if (said && is === "absent") return now - said >= PUT_BACK_MS ? "go" : INTERVAL_MS;
  if (is === "last" || now - changed < QUIET_MS) return INTERVAL_MS;
  return "leave";
}

/** False when somebody else was faster: the next look sees what they did. */
async function leave(
  { cluster }: Pick<Context, "cluster">,
  slices: V1EndpointSlice[],
  uid: string,
): Promise<boolean> {
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
      if (!(error instanceof GefyraError) || error.exit !== "conflict") throw error;
      return false;
    }
  }
  return true;
}

async function changeImage(
  context: Context,
  pod: V1Pod,
  container: string,
  { image, alone }: { image: string; alone: boolean },
): Promise<void> {
  const ending = runningContainer(pod, container);
  const changed = await setImage(context.cluster, pod, container, image);
  if (!changed || alone || !ending) return;
  context.cache.pods.put(changed);
  void keepAway(context, changed, container, ending);
}

/** The kubelet says again and again that the pod is ready, until it has seen that the container has ended. */
async function keepAway({ cluster, cache, log }: Context, pod: V1Pod, container: string, ending: string) {
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  for (const end = Date.now() + LONGEST_STOP_MS; Date.now() < end; await delay(LOOK_MS)) {
    const now = cache.pods.get(namespace, name);
    if (now?.metadata?.uid !== uid || now.metadata.deletionTimestamp) return;
    if (runningContainer(now, container) !== ending) return;
    if (!saysReady(now)) continue;
    const condition = {
      type: "Ready",
      status: "False",
      reason: "GefyraSwitching",
      message: `container ${container} is about to change`,
      lastTransitionTime: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    };
    try {
      const written = await cluster.patch<V1Pod>(
        podRef(namespace, name),
        { status: { conditions: [condition] } },
        { strategic: true, subresource: "status" },
      );
      if (written) cache.pods.put(written);
    } catch (error) {
      log(`pod ${namespace}/${name}: ${messageOf(error)}`);
      await delay(AGAIN_MS);
    }
  }
}

/** Pure. Before the kubelet has seen the image it would take back what others say. */
export function saysReady({ metadata, status }: V1Pod): boolean {
  const generation = metadata?.generation ?? 0;
  if ((status?.observedGeneration ?? generation) < generation) return false;
  return (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
}
