/** Writes the phase of a bridge and its condition. */
import type { BridgeStatus, InterceptedPod } from "../../lib/api/bridge.ts";
import { condition, READY, withCondition } from "../../lib/api/conditions.ts";
import { bridgePhases } from "../../lib/api/phases.ts";
import type { Context } from "../runtime/context.ts";
import type { Outcome } from "./outcome.ts";
import { shortened, writeBridgeStatus } from "./records.ts";

export interface PhaseUpdate extends Outcome {
  /** Absent: they stay as they are. */
  pods?: InterceptedPod[];
  targetPods?: number;
  ports?: NonNullable<BridgeStatus["ports"]>;
}

export async function setPhase(
  context: Context,
  namespace: string,
  name: string,
  { phase, reason, message, ...counted }: PhaseUpdate,
): Promise<void> {
  const bridge = context.cache.bridges.get(namespace, name);
  if (!bridge) return;
  const generation = bridge.metadata?.generation ?? 0, before = bridge.status;
  const unchanged = before?.phase === phase && condition(before.conditions, READY)?.reason === reason;
  if (!unchanged) context.log(`bridge ${namespace}/${name}: ${phase} (${reason}): ${message}`);
  await writeBridgeStatus(context, bridge, {
    observedGeneration: generation,
    phase,
    ...counted,
    conditions: withCondition(
      before?.conditions,
      {
        type: READY,
        status: phase === bridgePhases.active ? "True" : "False",
        reason,
        message: shortened(message),
      },
      generation,
      new Date(),
    ),
  });
}
