/** Bridges as answers have them: the object in the cluster, and what is known of it on this machine. */
import {
  Array as ArrayOf,
  Null,
  Number as NumberOf,
  Object as ObjectOf,
  Optional,
  String as StringOf,
  Union,
} from "typebox";
import { bridgeSpec, bridgeStatus } from "../../lib/api/bridge-schema.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import { modes } from "../../lib/api/modes.ts";
import { protocol, remotePort } from "../../lib/api/schema.ts";
import { list, oneOf, open, problem } from "./parts.ts";

const bridgeFields = () => ({
  apiVersion: Optional(StringOf()),
  kind: Optional(StringOf()),
  metadata: Optional(open<NonNullable<GefyraBridge["metadata"]>>("As of every object of Kubernetes")),
  spec: bridgeSpec(),
  status: Optional(bridgeStatus()),
});

export const bridge = () => ObjectOf(bridgeFields());

export const observedBridge = () =>
  ObjectOf({ ...bridgeFields(), problems: list(problem(), "On this machine; empty if none is known") });

const portPlan = () =>
  ObjectOf({
    remote: Optional(remotePort({ description: "Absent for a port that only a probe uses" })),
    port: NumberOf({ description: "Its number in the pod" }),
    local: Optional(NumberOf()),
    protocol: protocol(),
    path: oneOf(["kernel", "stream", "http"]),
  });

const probePlan = () =>
  ObjectOf({
    container: StringOf(),
    name: StringOf(),
    how: StringOf(),
    asks: Optional(StringOf({ description: "As the pod's spec has it; absent for exec" })),
    answeredBy: oneOf(["original", "carrier", "untouched"]),
  });

const plan = () =>
  ObjectOf({
    mode: oneOf(modes),
    container: StringOf(),
    because: list(StringOf(), "Why the preferred mode was not chosen"),
    notes: list(StringOf()),
    ports: ArrayOf(portPlan()),
    probes: ArrayOf(probePlan()),
    restarts: NumberOf({ description: "Of the container, in each pod" }),
  });

const refusal = () => ObjectOf({ reasons: ArrayOf(StringOf()) }, { description: "It cannot be bridged" });

export const dryRun = () =>
  ObjectOf({
    bridge: bridge(),
    plans: list(
      ObjectOf({ pods: ArrayOf(StringOf()), plan: Union([plan(), refusal(), Null()]) }),
      "One for each group of equal pods; null for a Service without pods",
    ),
    notes: ArrayOf(StringOf()),
    restarts: NumberOf({
      description: "Of containers in all pods; as many again when the bridge is removed",
    }),
    objects: ArrayOf(
      ObjectOf({ kind: StringOf(), namespace: StringOf(), name: StringOf(), change: StringOf() }),
    ),
    missingRights: ArrayOf(StringOf()),
  });
