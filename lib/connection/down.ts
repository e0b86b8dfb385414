/** `gefyra down`: undoes `up`, `run` and `bridge`, from any state that a crash can leave. */
import type { Cluster } from "../kube/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { CONNECTION_LABEL } from "../names.ts";
import { chooseConnection, findConnection, listConnections } from "./find.ts";
import { connectionLabels } from "./connection.ts";
import { abandoned } from "./abandoned.ts";
import { removeLocal } from "./remove-local.ts";
import { type DownTools, takeDown } from "./take-down.ts";
import { withLock } from "./lock.ts";

export interface DisconnectTools extends DownTools {
  /** Connects to the kubeconfig's current cluster. */
  currentCluster: () => Promise<Cluster>;
}

export interface DisconnectOptions {
  name?: string | undefined;
  /** Whether the user gave the name on the command line. */
  typed?: boolean | undefined;
  all?: boolean | undefined;
}

export interface Gone {
  /** Connections that were taken down. */
  gone: string[];
  /** Connections that stay. */
  left: string[];
  /** False when there was nothing to do. */
  changed: boolean;
  /**
   * What the operator still has to restore; and installations found in the kubeconfig's cluster, if this machine has no
   * connection.
   */
  remarks: string[];
}

/** Takes down the named connection, else the connection to use, else leftovers of crashes; or all of them. */
export async function disconnect(
  tools: DisconnectTools,
  { name, typed = false, all = false }: DisconnectOptions,
): Promise<Gone> {
  const { engine, steps } = tools;
  await engine.version();
  const before = (await listConnections(engine)).map((connection) => connection.name);
  const chosen = all ? before : [name || ((await chooseConnection(engine, undefined))?.name ?? [])].flat();
  let changed = false, failure: unknown;
  const remarks: string[] = [];
  const attempt = async (work: () => Promise<boolean>) => {
    // An unreachable cluster must not affect the other connections.
    try {
      changed = await work() || changed;
    } catch (error) {
      failure ??= error;
    }
  };
  for (const one of chosen) {
    await attempt(() => withLock(one, { command: "down", steps }, () => down(tools, one, remarks)));
  }
  const left = before.filter((one) => !chosen.includes(one));
  if (all || (!name && left.length === 0)) {
    for (const one of await lost(engine)) {
      await attempt(() => withLock(one, { command: "down", steps }, () => removeLost(engine, one)));
    }
  }
  if (failure) throw failure;
  if (typed && !all && !changed) refuseUnknown(name ?? "", left);
  if (before.length === 0) remarks.push(...await abandoned(tools));
  return { gone: chosen.filter((one) => before.includes(one)), left, changed, remarks };
}

/** False when there was nothing to do. */
async function down(tools: DownTools, name: string, remarks: string[]): Promise<boolean> {
  const connection = await findConnection(tools.engine, name);
  if (!connection) return await removeLocal(tools.engine, connectionLabels(name));
  remarks.push(...await takeDown(tools, connection));
  return true;
}

/** Names of connections whose containers or volumes are left without their network. */
async function lost(engine: Engine): Promise<string[]> {
  const [containers, volumes, connections] = await Promise.all([
    engine.containers({ [CONNECTION_LABEL]: "" }),
    engine.volumes({ [CONNECTION_LABEL]: "" }),
    listConnections(engine),
  ]);
  const names = [...containers, ...volumes].map(({ labels }) => labels[CONNECTION_LABEL] ?? "");
  return [...new Set(names)].filter((name) => !connections.some((one) => one.name === name)).sort();
}

/** Does nothing if somebody has connected under this name meanwhile. */
async function removeLost(engine: Engine, name: string): Promise<boolean> {
  return await findConnection(engine, name) ? false : await removeLocal(engine, connectionLabels(name));
}

function refuseUnknown(name: string, others: string[]): void {
  if (others.length === 0) return;
  throw new GefyraError("connection-missing", `Cannot disconnect "${name}": there is no such connection`, {
    exit: "notFound",
    hint: `this machine has: ${others.join(", ")}`,
  });
}
