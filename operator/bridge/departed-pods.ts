/** Pods that have left a bridge's target: their originals come back at once. */
import type { KubernetesObject } from "../../lib/api/objects.ts";
import { messageOf } from "../../lib/errors.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { API_VERSIONS } from "../../lib/api/kinds.ts";
import { podStates } from "../../lib/api/phases.ts";
import { type Context, later } from "../runtime/context.ts";
import { lives, recordsOf, writeBridgeStatus } from "./records.ts";
import { restoreAll } from "./restore.ts";

const AGAIN_MS = 1_000, UNTIL_ENDED_MS = 5_000;

/** The records of the pods that stay, by their uids, and of those that are not given back yet. */
export async function restoreDepartedPods(
  context: Context,
  bridge: GefyraBridge,
  stay: Set<string>,
): Promise<InterceptedPod[]> {
  const { namespace = "" } = bridge.metadata ?? {};
  const again = (milliseconds: number) => later(context, bridge, milliseconds);
  const records = recordsOf(context, bridge).filter((record) => lives(context, record));
  const marked = await Promise.all(records.map(async (record): Promise<InterceptedPod[]> => {
    // One that comes back while it is being restored is taken anew afterwards.
    if (stay.has(record.uid) || record.state === podStates.restoring) return [record];
    if (isUntouched(record)) return [];
    if (await isEnding(context, namespace, record)) {
      again(UNTIL_ENDED_MS);
      return [record];
    }
    context.log(`pod ${namespace}/${record.name}: has left the target`);
    return [{ ...record, state: podStates.restoring }];
  }));
  const kept = marked.flat(), leaving = kept.filter(({ state }) => state === podStates.restoring);
  if (leaving.length === 0) return kept;
  // Written first: a Carrier that several bridges share is composed without them from now on.
  await writeBridgeStatus(context, bridge, { pods: kept });
  const left = await restoreAll(context, bridge, leaving);
  if (left.length) again(AGAIN_MS);
  return kept.filter((record) => record.state !== podStates.restoring || left.includes(record));
}

type Owner = KubernetesObject & { spec?: { replicas?: number } };

/** Who made the pod is gone or wants none any more, so it ends in a moment, and a switch would only disturb it. */
async function isEnding(context: Context, namespace: string, { name }: InterceptedPod): Promise<boolean> {
  const { cluster, cache, log } = context;
  const unwanted = async ({ metadata }: KubernetesObject): Promise<boolean> => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller);
    if (!owner || API_VERSIONS[owner.kind] !== owner.apiVersion) return false;
    const found = await cluster.get<Owner>({ ...owner, namespace });
    if (!found || found.metadata?.uid !== owner.uid) return true;
    return found.metadata.deletionTimestamp !== undefined || found.spec?.replicas === 0 ||
      await unwanted(found);
  };
  try {
    const pod = cache.pods.get(namespace, name);
    return pod !== undefined && await unwanted(pod);
  } catch (error) {
    log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    return false;
  }
}
