/** Several bridges may share a pod's Carrier. Computes the share of each. Pure. */
import { byAge } from "../api/age.ts";
import { drainMsOf } from "../api/drain.ts";
import type { GefyraBridge, InterceptedPod } from "../api/bridge.ts";
import { matchProblems } from "../api/match.ts";
import { podStates } from "../api/phases.ts";
import { portKey } from "../workload/ports.ts";
import type { Share } from "./carrier.ts";

/**
 * The shares of one Carrier of a pod in a namespace, in the order of the bridges' age. A refused bridge, which was changed
 * into something that cannot be applied, has no share, so that it does not affect the others. Pure.
 */
export function sharesOf(bridges: GefyraBridge[], namespace: string, of: InterceptedPod): Share[] {
  return bridges
    .filter(({ metadata }) => metadata?.namespace === namespace && !metadata.deletionTimestamp)
    .filter(({ spec }) => !spec.match || matchProblems(spec.match).length === 0)
    .sort(byAge)
    .flatMap(({ metadata, spec, status }) =>
      (status?.pods ?? []).filter((record) => counts(record) && isSameCarrier(record, of)).map((record) => ({
        bridge: metadata?.name ?? "",
        record,
        stowawayPorts: new Map(status?.ports?.map((port) => [portKey(port), port.stowaway])),
        match: spec.match,
        fallback: spec.fallback ?? false,
        mirror: spec.mirror ?? false,
        drainMs: drainMsOf(spec),
      }))
    );
}

/**
 * Stowaway's ports of the bridges whose client is silent: nobody can close the ends of the connections there. Pure.
 */
export function silentPorts(bridges: GefyraBridge[], namespace: string, of: InterceptedPod): number[] {
  return bridges
    .filter(({ metadata, status }) =>
      metadata?.namespace === namespace &&
      status?.pods?.some((record) => record.state === podStates.suspended && isSameCarrier(record, of))
    )
    .flatMap(({ status }) => status?.ports?.map(({ stowaway }) => stowaway) ?? []);
}

/** A restored pod has no share, whether its bridge is suspended or refused. */
const counts = ({ state }: InterceptedPod) => state === podStates.switching || state === podStates.active;

/** One Carrier serves all bridges in mode "beside"; in mode "replace" a Carrier belongs to its container. */
function isSameCarrier(a: InterceptedPod, b: InterceptedPod): boolean {
  return a.uid === b.uid && a.mode === b.mode && (a.mode === "beside" || a.container === b.container);
}
