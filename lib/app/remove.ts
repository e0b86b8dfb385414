/** Removes app containers. */
import { pendingText, removeBridges } from "../bridge/remove.ts";
import { visibleBridges } from "../bridge/visible.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import { GefyraError } from "../errors.ts";
import { removeHelper } from "../files/helper.ts";
import { operatorRuns } from "../install/operator-state.ts";
import type { Cluster } from "../kube/cluster.ts";
import { type AppContainer, listApps, refuseAttached, requireApp } from "./apps.ts";

/** What keeps apps from being removed: one that runs, or that a bridge leads to. Pure. */
export function obstacles(
  apps: Pick<AppContainer, "name" | "state">[],
  bridges: Pick<GefyraBridge, "metadata" | "spec">[],
): string[] {
  return apps.flatMap(({ name, state }) => {
    const own = bridges.filter(({ spec }) => spec.destination.name === name);
    return [
      ...["running", "paused", "restarting"].includes(state) ? [`app "${name}" is ${state}`] : [],
      ...own.map(({ metadata }) => `bridge "${metadata?.name}" leads to app "${name}"`),
    ];
  });
}

/**
 * `force`: also running ones, and their bridges first, so that the originals serve. Removes nothing if one is not an app
 * of the connection. Returns what is left to do or could not be seen.
 */
export async function removeApps(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  connection: Connection,
  names: string[],
  { force }: { force: boolean },
): Promise<string[]> {
  const all = await listApps(engine, connection);
  const apps = [...new Set(names)].map((name) => requireApp(all, name, "remove"));
  for (const app of apps) refuseAttached(app, "remove");
  const { bridges, hidden } = await visibleBridges(cluster, connection);
  const own = bridges.filter(({ spec }) => apps.some(({ name }) => name === spec.destination.name));
  const found = obstacles(apps, own);
  if (found.length && !force) {
    throw new GefyraError("app-in-use", `Cannot remove ${names.join(", ")}: ${found.join("; ")}`, {
      exit: "conflict",
      hint: "stop and unbridge first, or --force: it removes the bridges as well",
    });
  }
  const pending = await removeBridges(cluster, own, await operatorRuns(cluster, connection.namespace));
  for (const { name } of apps) {
    await engine.remove(name);
    await removeHelper(engine, name);
  }
  return [...hidden ? [hidden] : [], ...pending.length ? [pendingText(pending)] : []];
}
