/**
 * Keeps a fresh token in Stowaway's relay, which hands it down to the clients that come through the API server; and
 * frees Stowaway's name where its node is lost.
 */
import type { V1Pod } from "@kubernetes/client-node";
import { GefyraError } from "../../lib/errors.ts";
import { RELAY, RELAY_TOKEN_RENEWAL_S, RELAY_TOKEN_S } from "../../lib/names.ts";
import { type Context, keys } from "../runtime/context.ts";
import { contract } from "../../lib/contract.ts";

const PROGRAM = contract.paths.relay;
/** A pod that ends by itself has done so by then. */
const LOST_AFTER_MS = 15_000;

export function startRelayTokens(context: Context): () => Promise<void> {
  /** The container that has the newest token. */
  let provided = "", providedAt = 0;
  return async () => {
    const { cache, queue } = context;
    for (const pod of cache.stowaways.all()) await freeName(context, pod);
    const found = cache.stowaways.all().map((pod) => ({ pod, id: runningRelay(pod) })).find(({ id }) => id);
    // A new one is a change that leads here again.
    if (!found?.id) return;
    const age = Date.now() - providedAt;
    if (found.id !== provided || age >= RELAY_TOKEN_RENEWAL_S * 1000) {
      await provide(context, found.pod);
      provided = found.id;
      providedAt = Date.now();
    }
    queue.addLater(keys.relay.renewal, providedAt + RELAY_TOKEN_RENEWAL_S * 1000 - Date.now());
  };
}

function runningRelay({ metadata, status }: V1Pod): string | undefined {
  const relay = status?.containerStatuses?.find(({ name }) => name === "relay");
  return metadata?.deletionTimestamp || !relay?.state?.running ? undefined : relay.containerID;
}

async function provide({ cluster, namespace, log }: Context, pod: V1Pod): Promise<void> {
  const token = await cluster.token({ namespace, name: RELAY }, RELAY_TOKEN_S);
  const target = { namespace, pod: pod.metadata?.name ?? "", container: "relay" };
  const { exitCode, stderr } = await cluster.exec(
    target,
    [PROGRAM, "token"],
    new TextEncoder().encode(token),
  );
  if (exitCode === 0) return log("relay: token renewed");
  throw new GefyraError("relay-refused", `Cannot pass the token to the relay: ${stderr.trim()}`);
}

/** A StatefulSet makes no second pod of the name of one that still ends, and one on a lost node does so for ever. */
async function freeName({ cluster, queue, namespace, log }: Context, pod: V1Pod): Promise<void> {
  const name = pod.metadata?.name ?? "";
  const wait = untilLost(pod, Date.now());
  if (wait === undefined) return;
  if (wait > 0) return queue.addLater(keys.relay.lost, wait);
  log(`stowaway: pod ${name} does not terminate, deleted by force`);
  await cluster.remove({ apiVersion: "v1", kind: "Pod", namespace, name }, { gracePeriodSeconds: 0 });
}

/** Milliseconds until a pod that ends counts as lost. Its deletion's time has the grace period in it. Pure. */
export function untilLost({ metadata }: V1Pod, now: number): number | undefined {
  if (!metadata?.deletionTimestamp) return undefined;
  return Math.max(0, new Date(metadata.deletionTimestamp).getTime() + LOST_AFTER_MS - now);
}
