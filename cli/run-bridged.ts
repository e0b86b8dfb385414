/** Runs an app container and bridges to it; both end together. */
import type { App, RunTools } from "../lib/app/run.ts";
import { listens } from "../lib/app/listening.ts";
import { createBridge } from "../lib/bridge/create.ts";
import { closingEnds } from "../lib/bridge/local-ends.ts";
import { pendingText, removeBridge } from "../lib/bridge/remove.ts";
import type { GefyraBridge } from "../lib/api/bridge.ts";
import type { BridgeOptions } from "../lib/bridge/validate.ts";
import type { Connection } from "../lib/connection/connection.ts";
import { operatorRuns } from "../lib/install/operator-state.ts";
import { attached } from "./attached.ts";
import type { Loudness } from "./command.ts";
import { note, warn } from "./output.ts";
import type { Terminal } from "./terminal.ts";

export interface Bridged {
  bridge: BridgeOptions;
  terminal: Terminal;
  loudness: Loudness;
}

/**
 * Returns the container's exit code. A first signal removes the bridge, so that the original serves, and then reaches the
 * container; a second one reaches the container at once.
 */
export async function runBridged(
  tools: RunTools,
  connection: Connection,
  app: App,
  { bridge, terminal, loudness }: Bridged,
): Promise<number> {
  const { engine, cluster, steps } = tools;
  let over = false;
  let bridging: Promise<GefyraBridge | undefined> | undefined, removing: Promise<void> | undefined;
  const create = async () => {
    const ready = await steps.step(
      `Waiting for ${app.name} to listen`,
      () => listens(engine, connection, app, { ports: bridge.ports, over: () => over }),
    );
    if (over) return undefined;
    const notes: string[] = [];
    const made = await createBridge({ engine, cluster, steps, notes }, connection, bridge);
    note(loudness, notes);
    // What answers now may be what it waited for.
    if (!ready) warn(loudness, made.problems);
    return made;
  };
  const unbridge = async () => {
    over = true;
    // One that fails has removed its bridge itself.
    const made = await bridging?.catch(() => undefined);
    if (!made) return;
    await steps.step(`Removing bridge ${bridge.name}`, async () => {
      const operated = await operatorRuns(cluster, connection.namespace);
      const ended = { bridges: [made], others: [] };
      const remove = () => removeBridge(cluster, made, operated);
      const { result: pending } = await closingEnds(engine, connection, ended, remove);
      if (pending) note(loudness, [pendingText([pending])]);
    });
  };
  const once = () => removing ??= unbridge();
  try {
    return await attached(engine, app, terminal, {
      onStarted: async () => void await (bridging = create()),
      onSignal: (signal) => {
        const kill = () => void engine.kill(app.id, signal).catch(() => {});
        if (removing) kill();
        else once().then(kill, kill);
      },
    });
  } finally {
    try {
      await once();
    } finally {
      await engine.remove(app.id);
    }
  }
}
