/**
 * Keeps a fresh token in Stowaway's relay, which passes it on to the clients that connect through the API server. Also
 * frees Stowaway's name when its node is lost.
 */
import type { V1Pod } from "@kubernetes/client-node";
import { gvk } from "../../lib/api/gvk.ts";
import { GefyraError } from "../../lib/errors.ts";
import { RELAY, RELAY_TOKEN_RENEWAL_S, RELAY_TOKEN_S } from "../../lib/names.ts";
import { contract } from "../../lib/contract.ts";
import type { Context } from "../runtime/context.ts";
import { earliest, type Requeue, requeueAfter, type Result } from "../runtime/result.ts";

const PROGRAM = contract.paths.relay;
/** A pod that can end by itself has ended by then. */
const LOST_AFTER_MS = 15_000;

export function relayReconciler(context: Context): () => Promise<Result> {
  /** The container that has the newest token; Unix milliseconds. */
  let provided = "", providedAt = 0;
  return async () => {
    const { cache } = context;
    let next: Requeue = {};
    for (const pod of cache.stowaways.all()) next = earliest(next, await freeName(context, pod));
    const found = cache.stowaways.all().map((pod) => ({ pod, id: runningRelay(pod) })).find(({ id }) => id);
    // A new relay is a change of Stowaway's pod, which leads here again.
    if (!found?.id) return next;
    const age = Date.now() - providedAt;
    if (found.id !== provided || age >= RELAY_TOKEN_RENEWAL_S * 1000) {
      try {
        await provide(context, found.pod);
      } catch (error) {
        return { ...next, error };
      }
      provided = found.id;
      providedAt = Date.now();
    }
    return earliest(next, { requeueAt: providedAt + RELAY_TOKEN_RENEWAL_S * 1000 });
  };
}

function runningRelay({ metadata, status }: V1Pod): string | undefined {
  const relay = status?.containerStatuses?.find(({ name }) => name === "relay");
  return metadata?.deletionTimestamp || !relay?.state?.running ? undefined : relay.containerID;
}

async function provide({ cluster, namespace, log }: Context, pod: V1Pod): Promise<void> {
  const token = await cluster.token({ namespace, name: RELAY }, RELAY_TOKEN_S);
  const target = { namespace, pod: pod.metadata?.name ?? "", container: "relay" };
  const stdin = new TextEncoder().encode(token);
  const { exitCode, stderr } = await cluster.exec(target, [PROGRAM, "token"], { stdin });
  if (exitCode === 0) return log("relay: token renewed");
  throw new GefyraError("relay-refused", `Cannot pass the token to the relay: ${stderr.trim()}`);
}

/** A StatefulSet makes no pod while another of its name is ending, and on a lost node that takes for ever. */
async function freeName({ cluster, namespace, log }: Context, pod: V1Pod): Promise<Requeue> {
  const name = pod.metadata?.name ?? "";
  const wait = untilLost(pod, Date.now());
  if (wait === undefined) return {};
  if (wait > 0) return requeueAfter(wait);
  log(`stowaway: pod ${name} does not terminate, deleted by force`);
  await cluster.remove({ ...gvk.Pod, namespace, name }, { gracePeriodSeconds: 0 });
  return {};
}

/** Milliseconds until a pod that is ending counts as lost. Its deletion timestamp includes the grace period. Pure. */
export function untilLost({ metadata }: V1Pod, now: number): number | undefined {
  if (!metadata?.deletionTimestamp) return undefined;
  return Math.max(0, new Date(metadata.deletionTimestamp).getTime() + LOST_AFTER_MS - now);
}
