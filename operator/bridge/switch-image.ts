/** Changes the image of a container without losing a request: its pod leaves its Services first. */
import { setTimeout as delay } from "node:timers/promises";
import type { V1EndpointSlice, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../../lib/api/gvk.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import { type ImageChange, podRef, runningContainer, setImage } from "../../lib/pods/pod-image.ts";
import type { Context } from "../runtime/context.ts";
import { createSerial } from "../runtime/serial.ts";
import type { State } from "../runtime/state.ts";
import { type Drain, INTERVAL_MS, nextStep, observe, reportsReady } from "./drain.ts";
import { endpointsWithout, isOf, standing } from "./endpoints.ts";

/**
 * HOLD_MS is long enough for kube-proxy to write its rules. After LATE_MS the kubelet would have too little time, and the
 * drain starts over. CHECK_MS into the hold, the slices are read to see whether the pod is ready again. Nothing else is
 * done meanwhile: a missed moment loses requests.
 */
const HOLD_MS = 450, LATE_MS = 700, CHECK_MS = 300;
/** How often a pod that must not be ready is checked, and for how long at most: a container may take its time to stop. */
const CHECK_READY_MS = 10, LONGEST_STOP_MS = 60_000, RETRY_MS = 200;

export interface Drains {
  /**
   * Changes the image once no Service leads to the pod, and keeps the pod out of its Services until the container
   * has ended. The milliseconds after which to call again; 0: the image is changed.
   */
  switchImage(pod: V1Pod, container: string, change: ImageChange): Promise<number>;
}

export function createDrains(context: Pick<Context, "cluster" | "cache" | "log">, state: State): Drains {
  const { cluster, log } = context;
  /** By the pod's uid. */
  const drains = state.byUid<Drain>(), inTurn = createSerial();
  return {
    // Two bridges may replace containers of one pod.
    switchImage: (pod, container, change) =>
      inTurn(pod.metadata?.uid ?? "", async () => {
        const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
        const listSlices = () =>
          cluster.list<V1EndpointSlice>({
            ...{ ...gvk.EndpointSlice, namespace },
          });
        const slices = await listSlices();
        const now = Date.now();
        const mine = slices.filter(({ endpoints }) => endpoints?.some((one) => isOf(one, uid)));
        const drain = observe(drains.get(uid), mine, now);
        const is = standing(slices, uid), next = nextStep(drain, is, now);
        if (next === "leave") {
          if (!drain.left) log(`pod ${namespace}/${name}: leaves its services`);
          drain.left = now;
          if (!await leave(context, mine, uid) || !await hold(now, listSlices, uid)) {
            drains.set(uid, drain);
            return INTERVAL_MS;
          }
        } else if (next !== "go") {
          drains.set(uid, drain);
          return next;
        }
        drains.delete(uid);
        await changeImage(context, pod, container, { ...change, alone: is === "alone" });
        return 0;
      }),
  };
}

/** Makes the pod's endpoints not ready. False when another write came first: the next pass sees it. */
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
        { ...gvk.EndpointSlice, namespace, name },
        { metadata: { resourceVersion }, endpoints: without },
      );
    } catch (error) {
      if (!(error instanceof GefyraError) || error.exit !== "conflict") throw error;
      return false;
    }
  }
  return true;
}

/** True when the pod has stayed out of its Services, and it is not too late. */
async function hold(
  began: number,
  listSlices: () => Promise<V1EndpointSlice[]>,
  uid: string,
): Promise<boolean> {
  const left = Date.now();
  await delay(CHECK_MS);
  const out = standing(await listSlices(), uid) === "absent";
  await delay(Math.max(0, left + HOLD_MS - Date.now()));
  return out && Date.now() - began <= LATE_MS;
}

async function changeImage(
  context: Pick<Context, "cluster" | "cache" | "log">,
  pod: V1Pod,
  container: string,
  { alone, ...change }: ImageChange & { alone: boolean },
): Promise<void> {
  const ending = runningContainer(pod, container);
  const changed = await setImage(context.cluster, pod, container, change);
  if (!changed || alone || !ending) return;
  context.cache.pods.put(changed);
  void keepUnready(context, changed, container, ending);
}

/** The kubelet reports the pod as ready again and again, until it has seen that the container has ended. */
async function keepUnready(
  { cluster, cache, log }: Pick<Context, "cluster" | "cache" | "log">,
  pod: V1Pod,
  container: string,
  ending: string,
): Promise<void> {
  const { uid = "", namespace = "", name = "" } = pod.metadata ?? {};
  for (const end = Date.now() + LONGEST_STOP_MS; Date.now() < end; await delay(CHECK_READY_MS)) {
    const now = cache.pods.get(namespace, name);
    if (now?.metadata?.uid !== uid || now.metadata.deletionTimestamp) return;
    if (runningContainer(now, container) !== ending) return;
    if (!reportsReady(now)) continue;
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
      await delay(RETRY_MS);
    }
  }
}
