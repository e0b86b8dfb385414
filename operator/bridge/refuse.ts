/** Refuses a bridge that cannot be as it is specified now. */
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import type { BridgeReason } from "../../lib/api/reasons.ts";
import type { Result } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { setPhase } from "./phase.ts";
import { recordsOf } from "./records.ts";
import { restorePods } from "./restore.ts";

/** A bridge that was active before it was changed has its pods restored. */
export async function refuseBridge(
  context: BridgeContext,
  bridge: GefyraBridge,
  reason: BridgeReason,
  message: string,
): Promise<Result> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const refused = { phase: bridgePhases.refused, reason, message };
  const taken = recordsOf(context, bridge).filter((one) => !isUntouched(one))
    .map((one) => ({ ...one, state: podStates.restoring }));
  // Written first: the configuration of a Carrier that several bridges share leaves this one out from now on.
  await setPhase(context, namespace, name, { ...refused, pods: taken, ...portsWith(taken) });
  if (taken.length === 0) return {};
  const { left, next } = await restorePods(context, bridge, taken);
  await setPhase(context, namespace, name, { ...refused, pods: left, ...portsWith(left) });
  return next;
}

/** A bridge without pods leaves its ports of Stowaway to others. */
const portsWith = (pods: InterceptedPod[]) => pods.length ? {} : { ports: [] };
