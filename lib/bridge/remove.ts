/** Deletes bridges and waits until the originals serve again. Restores the pods itself if no operator runs. */
import type { V1Pod } from "@kubernetes/client-node";
import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "../kube/cluster.ts";
import { patchFinalizers } from "../kube/finalizers.ts";
import { unlessForbidden } from "../kube/rights.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../names.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod } from "../api/bridge.ts";
import { condition, READY } from "../api/conditions.ts";
import { bridgeReasons } from "../api/reasons.ts";
import { waitFor } from "../wait.ts";
import { whyNotReady } from "../workload/pod-problems.ts";
import { podRef, restorePod } from "../pods/pod-image.ts";
import { releaseShare } from "../pods/release.ts";

/**
 * `operated`: whether an operator runs and restores the pods. Returns about bridges with pods that do not answer: which, and
 * why. They are deleted, and the operator restores these pods as soon as they answer.
 */
export async function removeBridges(
  cluster: Cluster,
  bridges: GefyraBridge[],
  operated: boolean,
): Promise<string[]> {
  const pending = await Promise.all(bridges.map((bridge) => removeBridge(cluster, bridge, operated)));
  return pending.filter((one) => one !== undefined);
}

/** Says what happens to pods that do not answer. */
export const pendingText = (pending: string[]): string =>
  `${pending.join("; ")}. Gefyra's operator restores it as soon as it answers.`;

/** Which pods do not answer; `undefined` if all are restored. */
export async function removeBridge(
  cluster: Cluster,
  bridge: GefyraBridge,
  operated: boolean,
): Promise<string | undefined> {
  const ref = bridgeRef(bridge.metadata?.namespace ?? "", bridge.metadata?.name ?? "");
  await cluster.remove(ref);
  let pending: string | undefined;
  const gone = async () => {
    const left = await cluster.get<GefyraBridge>(ref);
    if (!left) return true;
    if (!operated) return await restoreAndRelease(cluster, left);
    const ready = condition(left.status?.conditions, READY);
    if (ready?.reason === bridgeReasons.unreachable) pending = ready.message;
    return pending !== undefined;
  };
  await waitFor(gone, {
    what: `bridge "${ref.name}" to restore its pods`,
    // Replaced containers are restored one after another.
    timeout: RESTORE_TIMEOUT_MS * Math.max(1, bridge.status?.pods?.length ?? 0),
    interval: operated ? 100 : 500,
  });
  return pending;
}

async function restoreAndRelease(cluster: Cluster, bridge: GefyraBridge): Promise<boolean> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  for (const pod of bridge.status?.pods ?? []) {
    if (!await restoreOrRelease(cluster, namespace, pod)) return false;
  }
  const finalizers = bridge.metadata?.finalizers?.filter((one) => one !== FINALIZER) ?? [];
  await patchFinalizers(cluster, bridgeRef(namespace, name), bridge, finalizers);
  return false;
}

/** The shares of other bridges are lost too, because no operator can configure them again. */
async function restoreOrRelease(
  cluster: Cluster,
  namespace: string,
  record: InterceptedPod,
): Promise<boolean> {
  if (record.mode === "replace") return await restorePod(cluster, namespace, record.container, record);
  return await releaseShare(cluster, namespace, record, {
    bridges: () => [],
    image: undefined,
    stowaway: "",
  });
}

/**
 * Without a readiness probe, Kubernetes takes a container for ready when it has started. One that ends at once is ready
 * until the kubelet looks again, a second later, and has reported it.
 */
const SETTLE_MS = 3_000;

/** The reasons of the bridge's live pods whose originals do not serve. */
export async function silentOriginals(
  cluster: Cluster,
  { metadata, status }: GefyraBridge,
): Promise<string[]> {
  const looked = await Promise.all((status?.pods ?? []).map(async ({ name, uid, container, mode }) => {
    const look = async () => {
      const ref = podRef(metadata?.namespace ?? "", name);
      // Not all who may remove bridges may read pods.
      const pod = await unlessForbidden(cluster.get<V1Pod>(ref), undefined);
      return pod?.metadata?.uid === uid && !pod?.metadata?.deletionTimestamp ? pod : undefined;
    };
    const first = await look();
    const again = first && !whyNotReady(first) && mode === "replace" && !isProbed(first, container);
    if (again) await delay(SETTLE_MS);
    const pod = again ? await look() : first;
    const why = pod && whyNotReady(pod);
    return why ? [`pod ${name} is not ready: ${why}`] : [];
  }));
  return looked.flat();
}

const isProbed = ({ spec }: V1Pod, container: string) =>
  spec?.containers.find(({ name }) => name === container)?.readinessProbe !== undefined;
