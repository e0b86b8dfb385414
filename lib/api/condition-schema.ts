/** Conditions as Kubernetes' own `metav1.Condition`. */
import { Optional } from "typebox";
import { generation, list, object, oneOf, text, time } from "./schema.ts";

const condition = () =>
  object({
    type: text(),
    status: oneOf(["True", "False", "Unknown"]),
    reason: text({ description: "CamelCase, stable" }),
    message: text({ maxLength: 32768 }),
    lastTransitionTime: time({ description: "When the status last changed" }),
    observedGeneration: Optional(generation()),
  });

export const conditions = () =>
  list(condition(), {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });
