/** The pods whose connections Stowaway takes at a bridge's ports. */
import ipaddr from "ipaddr.js";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { bridgePhases, podStates } from "../../lib/api/phases.ts";
import type { Cache } from "../runtime/cache.ts";

/**
 * Uid of a pod → the IPv4 address that its connections come from. A pod sends until its original is restored; the phase
 * says when all of a suspended bridge were told. Pure.
 */
export function sendersOf({ status }: Pick<GefyraBridge, "status">): Map<string, string> {
  const sends = status?.phase === bridgePhases.suspended
    ? (record: InterceptedPod) => isTaken(record) && record.state !== podStates.suspended
    : isTaken;
  const pods = (status?.pods ?? []).filter(sends).flatMap(({ uid, address = "" }) =>
    ipaddr.IPv4.isValidFourPartDecimal(address) ? [[uid, address] as const] : []
  );
  return new Map(pods);
}

const isTaken = (record: InterceptedPod) => !isUntouched(record);

export type Senders = (bridge: GefyraBridge) => string[];

/** `gefyra doctor` has bridges without pods in Gefyra's own namespace, and calls their ports from the operator's pod. */
export interface Home {
  namespace: string;
  /** Of the operator's pod. */
  addresses: string[];
}

/**
 * A pod that is being deleted leaves its bridge's records at once, and its Carrier takes connections until the kubelet
 * stops it. So Stowaway takes them as long as the pod exists. Call it once for each configuration.
 */
export function createSenders(
  { pods }: Pick<Cache, "pods">,
  home: Home,
): (bridges: GefyraBridge[]) => Senders {
  /** Uid of a bridge → its senders. */
  let before = new Map<string, Map<string, string>>();
  return (bridges) => {
    const ending = new Set(
      pods.all().flatMap(({ metadata }) => metadata?.deletionTimestamp && metadata.uid ? [metadata.uid] : []),
    );
    const now = new Map(bridges.map((bridge) => {
      const uid = bridge.metadata?.uid ?? "";
      const kept = [...before.get(uid) ?? []].filter(([pod]) => ending.has(pod));
      return [uid, new Map([...kept, ...sendersOf(bridge)])];
    }));
    before = now;
    return ({ metadata }) => {
      const own = metadata?.namespace === home.namespace ? home.addresses : [];
      return [...new Set([...own, ...now.get(metadata?.uid ?? "")?.values() ?? []])];
    };
  };
}
