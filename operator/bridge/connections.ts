/** Reports what became of the connections that were open when a pod was taken. */
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type Connections, sumOf } from "../../lib/api/drain.ts";
import { messageOf } from "../../lib/errors.ts";
import type { ExecTarget } from "../../lib/kube/cluster.ts";
import { connectionsSeen } from "../../lib/pods/carrier.ts";
import type { Context } from "../runtime/context.ts";
import { type Requeue, requeueAfter } from "../runtime/result.ts";
import type { State } from "../runtime/state.ts";

export interface Following {
  /** The Carrier of a pod, by its uid, got a configuration, and so many connections are to follow it. */
  begin(uid: string, open: number): void;
  /** Asks the Carrier from time to time, until none is left to follow. */
  check(target: ExecTarget, record: InterceptedPod): Promise<Requeue & { connections?: Connections }>;
}

interface Pending {
  open: number;
  /** Unix milliseconds: when Carrier is asked next; and how long it was left alone before. */
  next: number;
  wait: number;
}

/** Most connections have moved by then. */
const FIRST_MS = 150;
const LONGEST_MS = 2_000;

export function createFollowing(
  { cluster, log }: Pick<Context, "cluster" | "log">,
  state: State,
  now: () => number = Date.now,
): Following {
  /** By the pod's uid; without any that is open, there is nothing to ask. */
  const pending = state.byUid<Pending>();
  return {
    begin: (uid, open) => {
      // Those of an earlier configuration may still be on their way.
      if (open > 0) pending.set(uid, { open, next: now() + FIRST_MS, wait: FIRST_MS });
    },
    check: async (target, record) => {
      const { uid, connections, ports } = record;
      // An operator that has just started knows what the one before wrote.
      const known = pending.get(uid) ?? { open: connections?.open ?? 0, next: 0, wait: FIRST_MS };
      // The other bridges of the pod may have seen the end of theirs already.
      if (known.open === 0 && !connections?.open) return connections ? { connections } : {};
      const later = known.next - now();
      if (later > 0) {
        return {
          connections: connections ?? { moved: 0, cut: 0, open: known.open },
          ...requeueAfter(later, now()),
        };
      }
      const wait = Math.min(known.wait * 2, LONGEST_MS);
      try {
        const seen = await connectionsSeen(cluster, target);
        const open = sumOf([...seen.values()]).open;
        pending.set(uid, { open, next: now() + wait, wait });
        const names = ports.map(({ port, protocol }) => `${port}-${protocol.toLowerCase()}`);
        const mine = sumOf(names.flatMap((name) => seen.get(name) ?? []));
        return { connections: mine, ...(open ? requeueAfter(wait, now()) : {}) };
      } catch (error) {
        // The bridge works without the answer.
        log(`pod ${target.namespace}/${target.pod}: ${messageOf(error)}`);
        pending.set(uid, { ...known, next: now() + wait, wait });
        return { ...(connections ? { connections } : {}), ...requeueAfter(wait, now()) };
      }
    },
  };
}
