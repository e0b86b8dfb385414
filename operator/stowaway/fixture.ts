/** For the tests of Stowaway's configuration. */
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";

/** Of a pod that is bridged. */
export const recordOf = (name: string, more: Partial<InterceptedPod> = {}): InterceptedPod => ({
  ...{ name, uid: `uid-${name}`, mode: "beside", container: "web", state: podStates.active, ports: [] },
  address: "10.1.0.5",
  ...more,
});

export const bridgeOf = (records: InterceptedPod[], namespace = "shop"): GefyraBridge => ({
  metadata: { name: "b", namespace, uid: "uid-b" },
  spec: {
    client: "me",
    target: { kind: "Deployment", name: "web" },
    ports: [],
    destination: { name: "app", address: "198.18.1.10" },
  },
  status: { phase: bridgePhases.active, pods: records },
});
