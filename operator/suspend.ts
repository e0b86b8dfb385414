/** Sends what is bridged to a silent client back to the originals, and keeps all that is needed to resume. */
import type { V1Pod } from "@kubernetes/client-node";
import { podRef, restorePod, runningContainer } from "../lib/bridge/intercept.ts";
import { releasePod } from "../lib/bridge/share.ts";
import { messageOf } from "../lib/errors.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod } from "../lib/resources/bridge.ts";
import { setPhase } from "./bridges.ts";
import { tellCarrier } from "./carriers.ts";
import { type Context, keys, writeStatus } from "./context.ts";
import { stowawayAddress } from "./tunnel.ts";

const AGAIN_MS = 1_000;

export async function suspendBridge(context: Context, bridge: GefyraBridge): Promise<void> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const known = context.world.bridges.get(namespace, name) ?? bridge;
  const records = (known.status?.pods ?? []).map((record) => ({ ...record, state: "Suspended" as const }));
  // Written first: a Carrier that several bridges share is composed without this one from now on.
  await writeStatus(context, context.world.bridges, bridgeRef(namespace, name), known, {
    ...known.status,
    pods: records,
  });
  // All at once: none of them serves.
  const results = await Promise.all(records.map((record) => standBack(context, namespace, record)));
  const waiting = results.filter((one) => one === undefined).length;
  const pods = records.map((record, i) => results[i] ?? record);
  if (waiting) context.queue.addLater(keys.bridge(namespace, name), AGAIN_MS);
  const silent = `client "${bridge.spec.client}" is silent`;
  await setPhase(context, namespace, name, {
    phase: "Suspended",
    reason: "ClientSilent",
    message: waiting ? `${silent}: ${waiting} originals come back` : `${silent}: the originals serve`,
    pods,
  });
}

/** The record as it is for resuming, when the original serves; `undefined` while it does not. */
async function standBack(
  context: Context,
  namespace: string,
  record: InterceptedPod,
): Promise<InterceptedPod | undefined> {
  try {
    return record.way === "replace"
      ? await putBack(context, namespace, record)
      : await release(context, namespace, record);
  } catch (error) {
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return undefined;
  }
}

async function release(context: Context, namespace: string, record: InterceptedPod) {
  const done = await releasePod(context.cluster, namespace, record, {
    bridges: context.world.bridges.all(),
    image: context.carrierImage,
    stowaway: stowawayAddress(context) ?? "",
    tell: tellCarrier,
  });
  return done ? record : undefined;
}

/** The container that runs then is the one that Carrier replaces when the bridge resumes. */
async function putBack(context: Context, namespace: string, record: InterceptedPod) {
  if (!await restorePod(context.cluster, namespace, record.container, record)) return undefined;
  const pod = await context.cluster.get<V1Pod>(podRef(namespace, record.name));
  const running = pod?.metadata?.uid === record.uid ? runningContainer(pod, record.container) : undefined;
  if (!running) return record;
  const { carrierContainer: _, ...rest } = record;
  return { ...rest, originalContainer: running };
}
