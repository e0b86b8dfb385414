/** Gives a pod's Carrier the configuration that all bridges of the pod add up to. */
import type { V1Pod } from "@kubernetes/client-node";
import { carrierFiles } from "../../lib/config/carrier.ts";
import { sharesOf, silentPorts } from "../../lib/config/shares.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import type { Connections } from "../../lib/api/drain.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { type Requeue, requeueAfter } from "../runtime/result.ts";
import { UNREACHABLE } from "../runtime/reach.ts";
import { type BridgeContext, forwardedBridges } from "./context.ts";
import type { Refusal } from "./failures.ts";
import { EARLY_INTERVAL_MS, type Placed } from "./place.ts";
import type { Interception } from "./interception.ts";
import { configurationRefusal } from "../runtime/refusals.ts";

const RETRY_MS = 300;

/**
 * - `done`: it has the configuration;
 * - `unreachable`: it could not be asked yet; `why`: the pod does not answer, as when its node hangs;
 * - `no-forwarding`: the pod's network does not forward;
 * - `moved`: its connections come from an address that its record does not have yet.
 */
export type Configured =
  & (
    | { state: "done" | "unreachable" | "no-forwarding"; why?: string; connections?: Connections }
    | { state: "moved"; address: string }
  )
  & Requeue;

export async function configure(
  context: BridgeContext,
  { stowaway, ensureForwards }: Interception,
  pod: V1Pod,
  { container, id, record }: Placed & { record: InterceptedPod },
): Promise<Configured | Refusal> {
  const { namespace = "", name = "", uid = "" } = pod.metadata ?? {};
  const target = { namespace, pod: name, container };
  // Beside the original, Carrier starts only once; in its place it may have restarted before its id is known.
  const identity = { uid, id: id ?? (record.mode === "replace" ? "unknown" : undefined) };
  try {
    const address = await context.sources.of(pod, target, identity, stowaway);
    if (address !== record.address) return { state: "moved", address, ...requeueAfter(EARLY_INTERVAL_MS) };
    await ensureForwards(uid);
    const files = () => {
      const all = forwardedBridges(context, { namespace, uid });
      const silent = silentPorts(all, namespace, record);
      return carrierFiles(pod, sharesOf(all, namespace, record), stowaway, silent);
    };
    const changed = await context.carriers.configure(target, identity, files);
    if (changed) context.log(`pod ${namespace}/${name}: Carrier is configured`);
    return { state: "done", ...await context.following.check(target, record) };
  } catch (error) {
    if (!(error instanceof GefyraError)) throw error;
    const cause = configurationRefusal(error);
    // Before its id is known, the container in the original's place may still be the original.
    const isCarrier = id !== undefined || record.mode === "beside";
    if (cause && (isCarrier || cause !== bridgeReasons.carrierRefused)) {
      return { cause, reason: error.message };
    }
    if (error.id === UNREACHABLE) {
      const wait = context.reach.remaining({ namespace, name });
      return { state: "unreachable", why: error.message, ...requeueAfter(Math.max(wait, RETRY_MS)) };
    }
    const noForwarding = error.id === "no-forwarding";
    if (!id && !noForwarding) return { state: "unreachable", ...requeueAfter(EARLY_INTERVAL_MS) };
    // The container may have ended meanwhile; the watch reports the next one.
    context.log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    return { state: noForwarding ? "no-forwarding" : "unreachable", ...requeueAfter(RETRY_MS) };
  }
}
