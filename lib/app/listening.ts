/** Waits until an app accepts connections, so that a bridge does not lead to it too early. */
import type { BridgePort } from "../api/bridge.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { waitFor } from "../wait.ts";
import { askPorts } from "./ports.ts";
import type { App } from "./run.ts";

const LISTEN_TIMEOUT_MS = 60_000;

/** Whether all TCP ports are open; false after a minute, or when the app is over. */
export async function listens(
  engine: Engine,
  connection: Connection,
  app: Pick<App, "address" | "tunnelAddress" | "name">,
  { ports, over }: { ports: BridgePort[]; over: () => boolean },
): Promise<boolean> {
  const { address, tunnelAddress: destination, name } = app;
  const wanted = ports.filter(({ protocol }) => protocol === "TCP").map(({ local }) => `${address}:${local}`);
  if (!destination || wanted.length === 0) return true;
  const questions = wanted.map((port) => ({ port, destination }));
  const open = async () => {
    if (over()) return true;
    const states = await askPorts(engine, connection, questions);
    return wanted.every((port) => states[port] === "open");
  };
  try {
    await waitFor(open, { what: `container "${name}" to listen`, timeout: LISTEN_TIMEOUT_MS, interval: 200 });
    return !over();
  } catch (error) {
    if (error instanceof GefyraError && error.id === "timeout") return false;
    throw error;
  }
}
