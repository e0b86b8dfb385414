/** Restores pods that no longer belong to a bridge's target. */
import type { KubernetesObject } from "../../lib/api/objects.ts";
import { messageOf } from "../../lib/errors.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../../lib/api/bridge.ts";
import { podStates } from "../../lib/api/phases.ts";
import { API_VERSIONS } from "../../lib/api/kinds.ts";
import { earliest, type Requeue, requeueAfter } from "../runtime/result.ts";
import type { BridgeContext } from "./context.ts";
import { lives, recordsOf, writeBridgeStatus } from "./records.ts";
import { restorePods } from "./restore.ts";

const UNTIL_ENDED_MS = 5_000;

/** The records of the pods that belong to the target, by their uids, and of those that are not restored yet. */
export async function restoreDepartedPods(
  context: BridgeContext,
  bridge: GefyraBridge,
  belonging: Set<string>,
): Promise<Requeue & { records: InterceptedPod[] }> {
  const { namespace = "" } = bridge.metadata ?? {};
  const known = recordsOf(context, bridge).filter((record) => lives(context, record));
  let next: Requeue = {};
  const marked = await Promise.all(known.map(async (record): Promise<InterceptedPod[]> => {
    // A pod that belongs to the target again while it is being restored is taken again afterwards.
    if (belonging.has(record.uid) || record.state === podStates.restoring) return [record];
    if (isUntouched(record)) return [];
    if (await isUnwanted(context, namespace, record)) {
      next = earliest(next, requeueAfter(UNTIL_ENDED_MS));
      return [record];
    }
    context.log(`pod ${namespace}/${record.name}: no longer belongs to the target`);
    return [{ ...record, state: podStates.restoring }];
  }));
  const records = marked.flat(), departed = records.filter(({ state }) => state === podStates.restoring);
  if (departed.length === 0) return { records, ...next };
  // Written first: the configuration of a Carrier that several bridges share leaves this one out from now on.
  await writeBridgeStatus(context, bridge, { pods: records });
  const { left, next: again } = await restorePods(context, bridge, departed);
  return {
    records: records.filter((record) => record.state !== podStates.restoring || left.includes(record)),
    ...earliest(next, again),
  };
}

type Owner = KubernetesObject & { spec?: { replicas?: number } };

/** The pod's owner is gone or wants no pods any more: the pod ends soon, and restoring it would only disturb it. */
async function isUnwanted(
  { cluster, cache, log }: BridgeContext,
  namespace: string,
  { name }: InterceptedPod,
): Promise<boolean> {
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
