/** Several bridges may share a pod's Carrier: what each wants of it. Pure. */
import { byAge } from "../api/age.ts";
import type { GefyraBridge, InterceptedPod } from "../api/bridge.ts";
import { matchProblems } from "../api/match.ts";
import { podStates } from "../api/phases.ts";
import { portKey } from "../workload/ports.ts";
import type { Share } from "./carrier.ts";

/**
 * What the bridges that stay want of one Carrier of a pod, in the order of their age. One that is refused, as it was
 * changed into something that cannot be, wants nothing: the others must not have to live with it. Pure.
 */
export function sharesOf(bridges: GefyraBridge[], of: InterceptedPod): Share[] {
  return bridges
    .filter(({ metadata }) => !metadata?.deletionTimestamp)
    .filter(({ spec }) => !spec.match || matchProblems(spec.match).length === 0)
    .sort(byAge)
    .flatMap(({ metadata, spec, status }) =>
      (status?.pods ?? []).filter((record) => counts(record) && isSameCarrier(record, of)).map((record) => ({
        bridge: metadata?.name ?? "",
        record,
        stowawayPorts: new Map(status?.ports?.map((port) => [portKey(port), port.stowaway])),
        match: spec.match,
        fallback: spec.fallback ?? false,
      }))
    );
}

/** A pod that is given back, or has been, has no share: neither of a suspended bridge nor of one that was refused. */
const counts = ({ state }: InterceptedPod) => state === podStates.switching || state === podStates.active;

/** One Carrier serves all who are beside; one that replaces a container is that container's. */
function isSameCarrier(a: InterceptedPod, b: InterceptedPod): boolean {
  return a.uid === b.uid && a.mode === b.mode && (a.mode === "beside" || a.container === b.container);
}
