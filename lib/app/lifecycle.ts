/** Stops, starts and restarts app containers. Docker keeps an app's address while it is stopped. */
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { removeHelper } from "../files/helper.ts";
import { listApps, refuseAttached, requireApp } from "./apps.ts";
import { reasonOf } from "./reason.ts";

export type Change = "stop" | "start" | "restart";

export interface ChangeOptions {
  change: Change;
  /** Seconds until the kill. */
  timeout?: number | undefined;
  /** Called with the apps before any is changed. */
  renew?: (apps: string[]) => Promise<void>;
}

/** Changes none if one is not an app of the connection. Synced files go on: another container keeps them. */
export async function changeApps(
  engine: Engine,
  connection: Connection,
  names: string[],
  { change, timeout, renew }: ChangeOptions,
): Promise<void> {
  const apps = await listApps(engine, connection);
  for (const name of names) refuseAttached(requireApp(apps, name, change), change);
  await renew?.(names);
  for (const name of names) {
    const container = await engine.inspect(name);
    await apply(engine, name, change, timeout);
    // Docker removes one that ran with `--rm`; nothing needs its files any longer.
    if (change === "stop" && container?.HostConfig.AutoRemove) await removeHelper(engine, name);
  }
}

async function apply(engine: Engine, name: string, change: Change, timeout: number | undefined) {
  try {
    if (change === "stop") await engine.stop(name, timeout);
    else if (change === "start") await engine.start(name);
    else await engine.restart(name, timeout);
  } catch (cause) {
    throw new GefyraError("change-failed", `Cannot ${change} container "${name}": ${reasonOf(cause)}`, {
      hint: `see why with \`gefyra logs ${name}\``,
      cause,
    });
  }
}
