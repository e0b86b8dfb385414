/** Conditions of the custom resources. */
import type { Static } from "typebox";
import type { conditions } from "./condition-schema.ts";

export type Condition = Static<ReturnType<typeof conditions>>[number];

/** The type of the one that both kinds have. */
export const READY = "Ready";

export type ConditionUpdate = Pick<Condition, "type" | "status" | "reason" | "message">;

/** The list with one condition set; the transition time moves only when the status does. */
export function withCondition(
  conditions: Condition[] | undefined,
  update: ConditionUpdate,
  observedGeneration: number,
  now: Date,
): Condition[] {
  const before = conditions?.find(({ type }) => type === update.type);
  const lastTransitionTime = before?.status === update.status
    ? before.lastTransitionTime
    : now.toISOString().replace(/\.\d+Z$/, "Z");
  const rest = (conditions ?? []).filter(({ type }) => type !== update.type);
  return [...rest, { ...update, lastTransitionTime, observedGeneration }];
}

export function condition(conditions: Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((c) => c.type === type);
}
