/** Both ends learn of each other, and all files come once. */
import type { Engine } from "../docker/engine.ts";
import type { Cluster } from "../kube/cluster.ts";
import { FILES_TIMEOUT_MS } from "../names.ts";
import { waitFor } from "../wait.ts";
import { failed, type HelperStatus, identityOf, join, statusOf } from "./helper.ts";
import { allowPeer, type FilesPod, nameOf, type Offer } from "./pod.ts";
import type { Share } from "./plan.ts";

export async function meet(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  app: string,
  from: FilesPod,
  container: string,
): Promise<Offer> {
  const { shares } = from.plan;
  const offer = await allowPeer(cluster, from, container, await identityOf(engine, app));
  await join(engine, app, { offer, pod: nameOf(from.pod), shares });
  const start = Date.now();
  await waitFor(async () => {
    const status = await statusOf(engine, app);
    // A moment after `join`, the status is still that of the pod before.
    if (status.identity !== offer.identity) return false;
    const problem = problemOf(status, shares, Date.now() - start);
    if (problem) throw failed(app, problem);
    return status.shares.length === shares.length && status.shares.every(({ filled }) => filled);
  }, { what: `the files of app "${app}"`, timeout: FILES_TIMEOUT_MS, interval: 100 });
  return offer;
}

/** How long a pod that has just let a client in may be silent. */
const PATIENCE_MS = 25_000;

/**
 * What waiting does not mend. The helper repeats everything that fails, but the user should hear of it at once. Pure.
 */
export function problemOf(status: HelperStatus, shares: Share[], waitedMs: number): string | undefined {
  if (!status.connected) {
    return status.problem && waitedMs > PATIENCE_MS
      ? `${status.problem}; a NetworkPolicy may keep Stowaway from the pod`
      : undefined;
  }
  const broken = status.shares.filter(({ filled, problem }) => !filled && problem);
  const texts = broken.map(({ name, problem }) =>
    `${shares.find((one) => one.name === name)?.remote}: ${problem}`
  );
  return texts.length ? texts.join("; ") : undefined;
}
