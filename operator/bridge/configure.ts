/** Tells a pod's Carrier what all bridges of the pod want of it. */
import type { V1Pod } from "@kubernetes/client-node";
import { carrierFiles } from "../../lib/config/carrier.ts";
import { sharesOf } from "../../lib/config/shares.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { tellCarrier } from "./carriers.ts";
import { type Context, later } from "../runtime/context.ts";
import type { Refusal } from "./failures.ts";
import { EARLY_INTERVAL_MS, type Placed } from "./place.ts";
import type { Interception } from "./interception.ts";
import { configurationRefusal } from "../runtime/refusals.ts";

const AGAIN_MS = 300;

/** True when it has it; false where it could not be asked, which is tried again. */
export async function configure(
  context: Context,
  { bridge, stowaway, tunnelReady }: Interception,
  pod: V1Pod,
  { container, id, record }: Placed & { record: InterceptedPod },
): Promise<boolean | "no-forwarding" | Refusal> {
  const { namespace = "", name = "", uid = "" } = pod.metadata ?? {};
  const target = { namespace, pod: name, container };
  // Beside the original it starts once only; in its place it may have started again before its id is known.
  const identity = { uid, id: id ?? (record.mode === "replace" ? "unknown" : undefined) };
  try {
    await tunnelReady();
    const files = carrierFiles(pod, sharesOf(context.cache.bridges.all(), record), stowaway);
    const news = await tellCarrier(context.cluster, target, identity, files);
    if (news) context.log(`pod ${namespace}/${name}: Carrier is configured`);
    return true;
  } catch (error) {
    if (!(error instanceof GefyraError)) throw error;
    const cause = configurationRefusal(error);
    if (cause) return { cause, reason: error.message };
    const noForwarding = error.id === "no-forwarding";
    if (!id && !noForwarding) {
      later(context, bridge, EARLY_INTERVAL_MS);
      return false;
    }
    // The container may have ended in between; its successor is seen by the watch.
    context.log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    later(context, bridge, AGAIN_MS);
    return noForwarding ? "no-forwarding" : false;
  }
}
