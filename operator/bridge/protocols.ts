/** Notices ports that are to be matched and turn out to speak TLS: a bridge may be active and take nothing. */
import type { V1Pod } from "@kubernetes/client-node";
import { protocolsSeen } from "../../lib/pods/carrier.ts";
import { isHeard, spokenNotes } from "../../lib/plan/encrypted.ts";
import { placementOf } from "../../lib/pods/ephemeral.ts";
import { messageOf } from "../../lib/errors.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import { podStates } from "../../lib/api/phases.ts";
import { type Context, later } from "../runtime/context.ts";

interface Heard {
  /** As Carrier tells it. */
  spoken: string[];
  /** When Carrier is asked next, and how long it is left alone then. */
  next: number;
  wait: number;
}

const FIRST_MS = 2_000, LONGEST_MS = 30_000;

/** Uid of a pod → what has come to it. */
const heard = new Map<string, Heard>();

/** What to say of an active bridge. One of its pods is asked, for as long as nothing has come to one of its ports. */
export async function protocolNotes(
  context: Context,
  bridge: GefyraBridge,
  pods: V1Pod[],
  records: InterceptedPod[],
): Promise<string[]> {
  const record = records.find(({ mode, state }) => mode === "beside" && state === podStates.active);
  const pod = record && pods.find(({ metadata }) => metadata?.uid === record.uid);
  if (!bridge.spec.match || !record || !pod) return [];
  const known = heard.get(record.uid) ?? { spoken: [], next: Date.now() + FIRST_MS, wait: FIRST_MS };
  const now = known.next <= Date.now() ? await askAgain(context, pod, known) : known;
  forget(context);
  heard.set(record.uid, now);
  if (!isHeard(now.spoken, record.ports)) {
    later(context, bridge, Math.max(now.next - Date.now(), 0));
  }
  return spokenNotes(now.spoken, record.ports);
}

async function askAgain(context: Context, pod: V1Pod, known: Heard): Promise<Heard> {
  const wait = Math.min(known.wait * 2, LONGEST_MS);
  const unheard = { ...known, wait, next: Date.now() + wait };
  const placed = placementOf(pod, context.carrierImage);
  if (placed.state !== "running") return unheard;
  const { namespace = "", name = "" } = pod.metadata ?? {};
  try {
    return {
      ...unheard,
      spoken: await protocolsSeen(context.cluster, { namespace, pod: name, container: placed.name }),
    };
  } catch (error) {
    // Carrier may be ending; what it takes does not depend on this.
    context.log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    return unheard;
  }
}

function forget({ cache }: Context): void {
  const uids = new Set(cache.pods.all().map(({ metadata }) => metadata?.uid));
  for (const uid of heard.keys()) if (!uids.has(uid)) heard.delete(uid);
}
