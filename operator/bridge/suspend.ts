/** Restores the originals while a client is silent, and keeps all that is needed to resume. */
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { requeueAfter, type Result } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { restoreOriginal } from "./originals.ts";
import { setPhase } from "./phase.ts";
import { recordsOf, writeBridgeStatus } from "./records.ts";

const RETRY_MS = 1_000;

const suspended = ({ connections: _, ...record }: InterceptedPod): InterceptedPod => ({
  ...record,
  state: podStates.suspended,
});

export async function suspendBridge(context: BridgeContext, bridge: GefyraBridge): Promise<Result> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const records = recordsOf(context, bridge).map((record): InterceptedPod =>
    isUntouched(record) ? record : suspended(record)
  );
  // Written first: the configuration of a Carrier that several bridges share leaves this one out from now on.
  await writeBridgeStatus(context, bridge, { pods: records });
  // All at once, as none of them serves.
  const results = await Promise.all(
    records.map((record) => isUntouched(record) ? record : restoreOriginal(context, namespace, record)),
  );
  const waiting = results.filter((one) => one === undefined).length;
  const next = waiting ? requeueAfter(RETRY_MS) : {};
  const silent = `client "${bridge.spec.client}" is silent`;
  await setPhase(context, namespace, name, {
    phase: bridgePhases.suspended,
    reason: bridgeReasons.clientSilent,
    message: waiting ? `${silent}: restoring ${waiting} originals` : `${silent}: the originals serve`,
    pods: records.map((record, i) => results[i] ?? record),
  });
  return next;
}
