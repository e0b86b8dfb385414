/** The bridges that lead to app containers: an app that goes is unbridged first, so that the originals serve. */
import type { GefyraBridge } from "../api/bridge.ts";
import type { Connection } from "../connection/connection.ts";
import { operatorRuns } from "../install/operator-state.ts";
import type { Cluster } from "../kube/cluster.ts";
import { pendingText, removeBridges } from "./remove.ts";
import { visibleBridges } from "./visible.ts";

export interface BridgesOfApps {
  bridges: GefyraBridge[];
  /** What could not be seen. */
  hidden?: string | undefined;
}

export async function bridgesOfApps(
  cluster: Cluster,
  connection: Connection,
  apps: string[],
): Promise<BridgesOfApps> {
  const { bridges, hidden } = await visibleBridges(cluster, connection);
  return { bridges: bridges.filter(({ spec }) => apps.includes(spec.destination.name)), hidden };
}

/** Returns what is left to do, or could not be seen. */
export async function removeAll(
  cluster: Cluster,
  connection: Connection,
  { bridges, hidden }: BridgesOfApps,
): Promise<string[]> {
  const pending = await removeBridges(cluster, bridges, await operatorRuns(cluster, connection.namespace));
  return [...hidden ? [hidden] : [], ...pending.length ? [pendingText(pending)] : []];
}
