/** GefyraBridge: the traffic of one container of a workload goes to one app container; in the target's namespace. */
import type { KubernetesObject, ObjectRef } from "./objects.ts";
import { API_VERSION } from "../names.ts";
import type { Match } from "./match.ts";
import type { Condition } from "./conditions.ts";
import { type BridgePhase, type PodState, podStates } from "./phases.ts";
import type { BridgeReason } from "./reasons.ts";

export const BRIDGE_KIND = "GefyraBridge";

/** How a container's traffic is taken: beside the original, or in its place. The preferred mode first. */
export const modes = ["beside", "replace"] as const;
export type ModeName = typeof modes[number];

export interface BridgePort {
  /** Port of the container, or of the Service that is the target, by number or by name. */
  remote: number | string;
  /** Port of the app container. */
  local: number;
  protocol: "TCP" | "UDP";
}

export interface BridgeTarget {
  /** `Deployment`, … */
  kind: string;
  name: string;
  /** Absent where the only container is meant, or the one that a Service's port leads to. */
  container?: string;
}

export interface BridgeSpec {
  /** Name of the GefyraClient in gefyra's namespace. */
  client: string;
  target: BridgeTarget;
  ports: BridgePort[];
  /** Only requests that match are taken; all where it is absent. */
  match?: Match;
  /** Forces one mode; the operator chooses when absent. */
  mode?: ModeName;
  /** While the app container refuses connections, the original serves. */
  fallback?: boolean;
  /** The app container: its name for people, its address in the tunnel for Stowaway. */
  destination: { name: string; address: string };
}

/** One port of an intercepted pod, as it was planned. */
export interface InterceptedPort {
  /** As in the spec; absent where only a probe asks it. */
  remote?: BridgePort["remote"];
  /** Its number in this pod. */
  port: number;
  protocol: BridgePort["protocol"];
  path: "kernel" | "stream" | "http";
}

/** Nothing of Gefyra's is in its way. */
export const isUntouched = ({ state }: InterceptedPod): boolean =>
  state === podStates.waiting || state === podStates.restored;

/** A pod that the bridge has taken or means to take, with all that is needed to give it back. */
export interface InterceptedPod {
  name: string;
  uid: string;
  mode: ModeName;
  container: string;
  ports: InterceptedPort[];
  /** Mode "beside": false where the pod's network does not forward packets, so that Nginx has to carry them. */
  forwards?: boolean;
  state: PodState;
  /** Why it is in this state, where it is not as wanted. */
  reason?: string;
  /** `Failed` and `Restored`: the kind of the reason. */
  cause?: BridgeReason;
  /** Mode "replace": what stood in the pod's spec before. */
  originalImage?: string;
  /** Mode "replace": id of the original container when it was replaced; empty when none ran yet. */
  originalContainer?: string;
  /** Id of the container in which Carrier was last configured. */
  carrierContainer?: string;
}

export interface BridgeStatus {
  observedGeneration?: number;
  phase?: BridgePhase;
  /** Stowaway's port for each bridged port. */
  ports?: { remote: BridgePort["remote"]; protocol: BridgePort["protocol"]; stowaway: number }[];
  pods?: InterceptedPod[];
  /** Living pods of the target, those that cannot be taken among them. */
  targetPods?: number;
  conditions?: Condition[];
}

export interface GefyraBridge extends KubernetesObject {
  spec: BridgeSpec;
  status?: BridgeStatus;
}

export function bridgeRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind: BRIDGE_KIND, namespace, name };
}
