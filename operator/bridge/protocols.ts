/** Finds ports that a match should read and that turn out to carry TLS: such a bridge is active and takes nothing. */
import type { V1Pod } from "@kubernetes/client-node";
import { podStates } from "../../lib/api/phases.ts";
import { protocolsSeen } from "../../lib/pods/carrier.ts";
import { isHeard, spokenNotes } from "../../lib/plan/encrypted.ts";
import { placementOf } from "../../lib/pods/ephemeral.ts";
import { messageOf } from "../../lib/errors.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import type { Context } from "../runtime/context.ts";
import { type Requeue, requeueAfter } from "../runtime/result.ts";
import type { State } from "../runtime/state.ts";

export interface Protocols {
  /**
   * Sentences about an active bridge. Asks the Carrier of one of its pods from time to time, until something has come to
   * each of its ports.
   */
  check(
    bridge: GefyraBridge,
    pods: V1Pod[],
    records: InterceptedPod[],
  ): Promise<Requeue & { notes: string[] }>;
}

interface Seen {
  /** As Carrier reports them. */
  protocols: string[];
  /** Unix milliseconds: when Carrier is asked next; and how long it was left alone before. */
  next: number;
  wait: number;
}

const FIRST_MS = 2_000, LONGEST_MS = 30_000;

export function createProtocols(
  context: Pick<Context, "cluster" | "carrierImage" | "log">,
  state: State,
): Protocols {
  /** By the pod's uid. */
  const seen = state.byUid<Seen>();
  return {
    check: async ({ spec }, pods, records) => {
      const record = records.find(({ mode, state }) => mode === "beside" && state === podStates.active);
      const pod = record && pods.find(({ metadata }) => metadata?.uid === record.uid);
      if (!spec.match || !record || !pod) return { notes: [] };
      const known = seen.get(record.uid) ?? { protocols: [], next: Date.now() + FIRST_MS, wait: FIRST_MS };
      const now = known.next <= Date.now() ? await ask(context, pod, known) : known;
      seen.set(record.uid, now);
      return {
        notes: spokenNotes(now.protocols, record.ports),
        ...(isHeard(now.protocols, record.ports) ? {} : requeueAfter(Math.max(now.next - Date.now(), 0))),
      };
    },
  };
}

async function ask(
  { cluster, carrierImage, log }: Pick<Context, "cluster" | "carrierImage" | "log">,
  pod: V1Pod,
  known: Seen,
): Promise<Seen> {
  const wait = Math.min(known.wait * 2, LONGEST_MS);
  const unchanged = { ...known, wait, next: Date.now() + wait };
  const placed = placementOf(pod, carrierImage);
  if (placed.state !== "running") return unchanged;
  const { namespace = "", name = "" } = pod.metadata ?? {};
  try {
    const protocols = await protocolsSeen(cluster, { namespace, pod: name, container: placed.name });
    return { ...unchanged, protocols };
  } catch (error) {
    // Carrier may be ending. The bridge works without the answer.
    log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    return unchanged;
  }
}
