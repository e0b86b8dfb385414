/** GefyraBridge: the traffic of one container of a workload goes to one app container; in the target's namespace. */
import type { Static } from "typebox";
import type { KubernetesObject, ObjectRef } from "./objects.ts";
import { API_VERSION } from "../names.ts";
import type { bridgeSpec, bridgeStatus } from "./bridge-schema.ts";
import { podStates } from "./phases.ts";

export const BRIDGE_KIND = "GefyraBridge";

export type BridgeSpec = Static<ReturnType<typeof bridgeSpec>>;
export type BridgeTarget = BridgeSpec["target"];
export type BridgePort = BridgeSpec["ports"][number];

export type BridgeStatus = Static<ReturnType<typeof bridgeStatus>>;
/** A pod that the bridge has taken or means to take, with all that is needed to restore it. */
export type InterceptedPod = NonNullable<BridgeStatus["pods"]>[number];
/** One port of an intercepted pod, as it was planned. */
export type InterceptedPort = InterceptedPod["ports"][number];

/** Nothing of Gefyra's is in its way. */
export const isUntouched = ({ state }: InterceptedPod): boolean =>
  state === podStates.waiting || state === podStates.restored;

export interface GefyraBridge extends KubernetesObject {
  spec: BridgeSpec;
  status?: BridgeStatus;
}

export function bridgeRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind: BRIDGE_KIND, namespace, name };
}
