import type { V1Pod } from "@kubernetes/client-node";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { ModePlan } from "../../lib/plan/modes/mode.ts";

/** What a bridge wants of the pods of its target. */
export interface Interception {
  bridge: GefyraBridge;
  /** Each with its own plan. */
  pods: { pod: V1Pod; plan: ModePlan }[];
  /** Address of Stowaway's pod. */
  stowaway: string;
  /**
   * Makes Stowaway forward the bridge's ports for a pod, by its uid, with the address in its record. Carriers may start
   * before that, but must not send anything there.
   */
  ensureForwards: (pod: string) => Promise<unknown>;
  /** The image that the workload gives a new pod: what is restored where a pod's own record is lost. */
  templateImage: (container: string) => string | undefined;
}
