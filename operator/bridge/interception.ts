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
  /** Has Stowaway take the bridge's ports; Carriers can start meanwhile, but may not send anything there before. */
  tunnelReady: () => Promise<unknown>;
  /** Stands in when a pod's own record is lost: what the workload would give a new pod. */
  templateImage: (container: string) => string | undefined;
}
