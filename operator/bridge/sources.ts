/** The address that a pod's connections to Stowaway come from: Stowaway takes those of a bridge's pods only. */
import type { V1Pod } from "@kubernetes/client-node";
import { contract } from "../../lib/contract.ts";
import { GefyraError } from "../../lib/errors.ts";
import type { ExecTarget } from "../../lib/kube/cluster.ts";
import type { CarrierIdentity } from "../../lib/pods/release.ts";
import { podIpv4 } from "../../lib/workload/ipv4.ts";
import type { Context } from "../runtime/context.ts";
import type { State } from "../runtime/state.ts";

/**
 * `undefined` where the pod's status does not say it: a pod on its node's network has all addresses of the node, and
 * uses one that depends on where Stowaway runs. Pure.
 */
export const sourceInStatus = (pod: V1Pod): string | undefined =>
  pod.spec?.hostNetwork ? undefined : podIpv4(pod);

export interface Sources {
  /** Asks the Carrier where the pod's status does not say it. */
  of(pod: V1Pod, target: ExecTarget, carrier: CarrierIdentity, stowaway: string): Promise<string>;
}

export function createSources({ cluster }: Pick<Context, "cluster">, state: State): Sources {
  /** Uid of a pod → what it answered, and of which Carrier and Stowaway. */
  const asked = state.byUid<{ about: string; address: string }>();
  return {
    of: async (pod, target, { uid, id }, stowaway) => {
      const said = sourceInStatus(pod);
      if (said) return said;
      const about = `${id} ${stowaway}`, known = asked.get(uid);
      if (known?.about === about) return known.address;
      const command = [contract.paths.carrier, "source", stowaway];
      const { exitCode, stdout, stderr } = await cluster.exec(target, command);
      const address = stdout.trim();
      if (exitCode !== 0) {
        const name = `${target.namespace}/${target.pod}`;
        throw new GefyraError("carrier-refused", `Cannot ask Carrier in pod "${name}": ${stderr.trim()}`);
      }
      asked.set(uid, { about, address });
      return address;
    },
  };
}
