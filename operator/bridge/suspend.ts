/** Sends what is bridged to a silent client back to the originals, and keeps all that is needed to resume. */
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgeReasons } from "../../lib/api/reasons.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import { setPhase } from "./phase.ts";
import { type Context, later } from "../runtime/context.ts";
import { restoreOriginals } from "./originals.ts";
import { recordsOf, writeBridgeStatus } from "./records.ts";

const AGAIN_MS = 1_000;

export async function suspendBridge(context: Context, bridge: GefyraBridge): Promise<void> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const records = recordsOf(context, bridge).map((record): InterceptedPod =>
    isUntouched(record) ? record : { ...record, state: podStates.suspended }
  );
  // Written first: a Carrier that several bridges share is composed without this one from now on.
  await writeBridgeStatus(context, bridge, { pods: records });
  // All at once: none of them serves.
  const results = await Promise.all(
    records.map((record) => isUntouched(record) ? record : restoreOriginals(context, namespace, record)),
  );
  const waiting = results.filter((one) => one === undefined).length;
  const pods = records.map((record, i) => results[i] ?? record);
  if (waiting) later(context, bridge, AGAIN_MS);
  const silent = `client "${bridge.spec.client}" is silent`;
  await setPhase(context, namespace, name, {
    phase: bridgePhases.suspended,
    reason: bridgeReasons.clientSilent,
    message: waiting ? `${silent}: restoring ${waiting} originals` : `${silent}: the originals serve`,
    pods,
  });
}
