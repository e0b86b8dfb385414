/** Removes app containers. */
import { type BridgesOfApps, bridgesOfApps, removeAll } from "../bridge/of-apps.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import { GefyraError } from "../errors.ts";
import { removeHelper } from "../files/helper.ts";
import type { Cluster } from "../kube/cluster.ts";
import { listApps, refuseAttached, requireApp } from "./apps.ts";
import type { AppContainer } from "./container.ts";

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

/** Throws `app-in-use` with everything that keeps them. `action` begins the message: `remove`. */
export function refuseInUse(
  apps: Pick<AppContainer, "name" | "state">[],
  { bridges }: BridgesOfApps,
  { action, first }: { action: string; first: string },
): void {
  const found = obstacles(apps, bridges);
  if (found.length === 0) return;
  const names = apps.map(({ name }) => name).join(", ");
  throw new GefyraError("app-in-use", `Cannot ${action} ${names}: ${found.join("; ")}`, {
    exit: "conflict",
    hint: `${first} first, or --force: it removes the bridges as well`,
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
  const found = await bridgesOfApps(cluster, connection, names);
  if (!force) refuseInUse(apps, found, { action: "remove", first: "stop and unbridge" });
  const notes = await removeAll(cluster, connection, found);
  for (const { name } of apps) {
    await engine.remove(name);
    await removeHelper(engine, name);
  }
  return notes;
}
