/** Which bridge has a port of a pod: the first bridge to claim a port keeps it. Pure. */
import type { V1Pod } from "@kubernetes/client-node";
import { byAge } from "../api/age.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../api/bridge.ts";
import { typedPort } from "../workload/ports.ts";
import { type Match, sameMatch } from "../api/match.ts";
import type { ModePlan } from "./modes/mode.ts";

/**
 * Why a bridge cannot have its pods, with the name of the bridge that has one of them. If both have a pod, because one
 * bridge was changed, the older one keeps it.
 */
export function claimRefusal(
  bridge: GefyraBridge,
  wanted: { pod: V1Pod; plan: ModePlan }[],
  all: GefyraBridge[],
): string | undefined {
  const mine = new Set(bridge.status?.pods?.map(({ uid }) => uid));
  const plans = new Map(wanted.map(({ pod, plan }) => [pod.metadata?.uid ?? "", plan]));
  for (const other of all) {
    if (other.metadata?.uid === bridge.metadata?.uid) continue;
    if (other.metadata?.namespace !== bridge.metadata?.namespace) continue;
    const wasFirst = byAge(bridge, other) < 0;
    for (const record of other.status?.pods ?? []) {
      if (wasFirst && mine.has(record.uid)) continue;
      // A bridge that could not take a pod does not keep others from it.
      if (isUntouched(record)) continue;
      const plan = plans.get(record.uid);
      const what = plan && overlap(plan, bridge.spec.match, record, other.spec.match);
      if (what) return `${what} is already bridged by "${other.metadata?.name}"`;
    }
  }
  return undefined;
}

function overlap(
  plan: ModePlan,
  match: Match | undefined,
  record: InterceptedPod,
  held: Match | undefined,
): string | undefined {
  const replaces = plan.mode === "replace" || record.mode === "replace";
  if (replaces && plan.container === record.container) return `container "${record.container}"`;
  const shared = plan.ports.find(({ port, protocol }) =>
    record.ports.some((one) => one.port === port && one.protocol === protocol)
  );
  if (!shared) return undefined;
  const port = typedPort({ ...shared, remote: shared.remote ?? shared.port });
  if (replaces || !match || !held) return `port ${port}`;
  return sameMatch(match, held) ? `port ${port} with the same match` : undefined;
}
