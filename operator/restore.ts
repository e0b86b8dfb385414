import { restorePod } from "../lib/bridge/intercept.ts";
import { releasePod } from "../lib/bridge/share.ts";
import { messageOf } from "../lib/errors.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../lib/names.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod } from "../lib/resources/bridge.ts";
import { setPhase } from "./bridges.ts";
import { tellCarrier } from "./carriers.ts";
import { type Context, keys, setFinalizers } from "./context.ts";
import { runningStowaway } from "./tunnel.ts";

/** Gives every pod back, then lets the bridge go. Containers that were replaced come back one after the other. */
export async function restoreBridge(context: Context, bridge: GefyraBridge): Promise<void> {
  const namespace = bridge.metadata?.namespace ?? "", name = bridge.metadata?.name ?? "";
  if (!bridge.metadata?.finalizers?.includes(FINALIZER)) return;
  await setPhase(context, namespace, name, {
    phase: "Restoring",
    reason: "Deleted",
    message: "originals come back",
  });
  const since = new Date(bridge.metadata.deletionTimestamp ?? Date.now()).getTime();
  // An original that does not start any more must not keep the others waiting for ever.
  const patient = Date.now() - since < RESTORE_TIMEOUT_MS / 2;
  let waiting = 0;
  for (const record of bridge.status?.pods ?? []) {
    if (await giveBack(context, namespace, record)) continue;
    waiting++;
    if (patient && record.way === "replace") break;
  }
  if (waiting && patient) return context.queue.addLater(keys.bridge(namespace, name), 1000);
  const finalizers = bridge.metadata.finalizers.filter((one) => one !== FINALIZER);
  await setFinalizers(context, context.world.bridges, bridgeRef(namespace, name), finalizers);
  context.log(`bridge ${namespace}/${name}: restored`);
}

async function giveBack(context: Context, namespace: string, record: InterceptedPod): Promise<boolean> {
  if (record.way === "replace") return await restorePod(context.cluster, namespace, record.container, record);
  try {
    return await releasePod(context.cluster, namespace, record, {
      bridges: context.world.bridges.all(),
      image: context.carrierImage,
      stowaway: runningStowaway(context)?.status?.podIP ?? "",
      tell: tellCarrier,
    });
  } catch (error) {
    // A node that is lost answers no more: its pods must not keep the bridge for ever.
    context.log(`pod ${namespace}/${record.name}: ${messageOf(error)}`);
    return false;
  }
}
