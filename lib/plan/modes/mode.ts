import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { BridgePort } from "../../api/bridge.ts";
import type { ModeName } from "../../api/modes.ts";
import type { Mesh } from "../../workload/mesh.ts";
import type { NamedProbe } from "../../workload/probes.ts";

/** How one port of a pod is served while it is bridged. */
export interface PortPlan {
  /** As the bridge names it; `undefined` for a port that only a probe uses. */
  remote: number | string | undefined;
  /** Its number in this pod. */
  port: number;
  /** `undefined` for a port that only a probe uses. */
  local: number | undefined;
  protocol: BridgePort["protocol"];
  /** `kernel` redirects packets; `stream` and `http` go through Carrier's Nginx; a mirrored `stream` through its tee. */
  path: "kernel" | "stream" | "http";
}

/** How one probe is answered while the pod is bridged. */
export interface ProbePlan extends Pick<NamedProbe, "container" | "name" | "how" | "asks"> {
  /** `untouched`: it does not use a bridged port. */
  answeredBy: "original" | "carrier" | "untouched";
}

export interface ModePlan {
  mode: ModeName;
  container: string;
  /** Why the preferred mode was not chosen; empty if it was. */
  because: string[];
  /** Notes for the user. */
  notes: string[];
  ports: PortPlan[];
  probes: ProbePlan[];
  /** Restarts of the container, in each pod. */
  restarts: number;
}

export type Refusal = { mode: undefined; reasons: string[] };

export interface ModeInput {
  pod: V1PodSpec;
  container: V1Container;
  /** The container is a sidecar: an init container that keeps running. */
  sidecar: boolean;
  /** With their numbers in this pod. */
  ports: (BridgePort & { port: number })[];
  /** Labels of the namespace; `undefined` if they are not known. */
  namespaceLabels: Record<string, string> | undefined;
  /** The mesh whose proxy takes the pod's traffic first. */
  mesh: Mesh | undefined;
  /** The bridge takes only the requests that match. */
  match: boolean;
  /** The original serves while the app container refuses connections. */
  fallback: boolean;
  /** The original answers, and the app container gets a copy. */
  mirror: boolean;
}

/** The part of a plan that a mode decides. */
export type ModeOutcome = Omit<ModePlan, "because" | "notes">;

/** One mode of bridging a container. It decides everything from the input alone. */
export interface Mode {
  name: ModeName;
  plan(input: ModeInput): ModeOutcome | Refusal;
}
