/** Conditions of the custom resources. */

/** The type of the one that both kinds have. */
export const READY = "Ready";

/** As Kubernetes' own `metav1.Condition`. */
export interface Condition {
  type: string;
  status: "True" | "False" | "Unknown";
  /** CamelCase, stable. */
  reason: string;
  message: string;
  /** RFC 3339; when `status` last changed. */
  lastTransitionTime: string;
  observedGeneration?: number;
}

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
