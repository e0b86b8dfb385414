/** `gefyra down`: undoes whatever `up`, `run` and `bridge` did, from any state that a crash can leave. */
import type { V1Namespace } from "@kubernetes/client-node";
import { removeBridges } from "../bridge/remove.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { uninstall } from "../install/install.ts";
import { operatorRuns } from "../install/operator-state.ts";
import {
  API_VERSION,
  CONNECTION_LABEL,
  defaultImages,
  DISCONNECT_TIMEOUT_S,
  FINALIZER,
  REMOVAL_ANNOTATION,
  RESTORE_TIMEOUT_MS,
  WITH_CLIENTS_ANNOTATION,
} from "../names.ts";
import { CLIENT_KIND, clientRef, type GefyraClient } from "../resources/client.ts";
import type { Steps } from "../steps.ts";
import { waitFor } from "../wait.ts";
import {
  chooseConnection,
  type Connection,
  connectionLabels,
  findConnection,
  listConnections,
} from "./connection.ts";
import { removeContainers, removeLocal } from "./remove-local.ts";

export interface DownTools {
  engine: Engine;
  steps: Steps;
  /** Connects to the cluster that the connection belongs to. */
  connectCluster: (connection: Connection) => Promise<Cluster>;
}

export interface Gone {
  /** Connections that were taken down. */
  gone: string[];
  /** Those that stay. */
  left: string[];
  /** False when there was nothing to do. */
  changed: boolean;
}

/** The named connection, else the one that is meant, else what crashes have left; or all of them. */
export async function disconnect(
  tools: DownTools,
  { name, all = false }: { name?: string | undefined; all?: boolean | undefined },
): Promise<Gone> {
  const { engine } = tools;
  await engine.version();
  const before = (await listConnections(engine)).map((connection) => connection.name);
  const chosen = all ? before : [name || ((await chooseConnection(engine, undefined))?.name ?? [])].flat();
  let changed = false, failure: unknown;
  for (const one of chosen) {
    // One cluster that cannot be reached must not keep the others.
    try {
      changed = await down(tools, one) || changed;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure) throw failure;
  const left = before.filter((one) => !chosen.includes(one));
  if (!name && left.length === 0) {
    changed = await removeLocal(engine, { [CONNECTION_LABEL]: "" }) || changed;
  }
  return { gone: chosen.filter((one) => before.includes(one)), left, changed };
}

/** False when there was nothing to do. */
export async function down({ engine, steps, connectCluster }: DownTools, name: string): Promise<boolean> {
  await engine.version();
  const connection = await findConnection(engine, name);
  if (!connection) return await removeLocal(engine, connectionLabels(name));
  const labels = connectionLabels(name);
  let failure: unknown;
  try {
    const cluster = await connectCluster(connection);
    await cluster.version();
    await leaveCluster(cluster, steps, connection, () => removeContainers(engine, labels));
  } catch (error) {
    failure = error;
  }
  // The network is removed last: while it is there, `down` can be repeated.
  const unreachable = failure instanceof GefyraError && failure.exit === "unreachable";
  if (failure && !unreachable) throw failure;
  await steps.step(
    "Removing the local containers and network",
    () => removeLocal(engine, labels),
  );
  if (!failure) return true;
  throw new GefyraError("cluster-left", `Cannot clean up in the cluster: ${messageOf(failure)}`, {
    exit: "unreachable",
    hint:
      `the local part is removed; the operator restores the cluster after ${DISCONNECT_TIMEOUT_S} s of silence`,
    cause: failure,
  });
}

/** `meanwhile` is done while the cluster is busy with removing the namespace. */
async function leaveCluster(
  cluster: Cluster,
  steps: Steps,
  connection: Connection,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const { namespace, client } = connection;
  const [operated] = await Promise.all([
    operatorRuns(cluster, namespace),
    announceRemoval(cluster, namespace, client),
  ]);
  await steps.step("Giving bridged containers back", async (note) => {
    const count = await removeBridges(cluster, { client, operated });
    note(count === 0 ? "none" : String(count));
  });
  await steps.step("Leaving the cluster", async (note) => {
    await removeClient(cluster, namespace, client, operated);
    const { others, stays } = await whoStays(cluster, namespace, client);
    if (others > 0) return note(`${others} other connections stay`);
    if (stays) return note("the installation is permanent and stays");
    await Promise.all([uninstall(cluster, { namespace, images: defaultImages }), meanwhile()]);
  });
}

async function whoStays(
  cluster: Cluster,
  namespace: string,
  client: string,
): Promise<{ others: number; stays: boolean }> {
  const [clients, home] = await Promise.all([
    cluster.list<GefyraClient>({ apiVersion: API_VERSION, kind: CLIENT_KIND, namespace }),
    cluster.get<V1Namespace>({ apiVersion: "v1", kind: "Namespace", name: namespace }),
  ]);
  return {
    others: clients.filter(({ metadata }) => metadata?.name !== client).length,
    stays: home !== undefined && home.metadata?.annotations?.[WITH_CLIENTS_ANNOTATION] !== "true",
  };
}

/**
 * Kubernetes looks at a namespace only 5 s after something has changed in it (namespaceDeletionGracePeriod of its
 * namespace controller). A change now lets this time run while the bridged containers are given back.
 */
async function announceRemoval(cluster: Cluster, namespace: string, client: string): Promise<void> {
  const { others, stays } = await whoStays(cluster, namespace, client);
  if (others > 0 || stays) return;
  const annotations = { [REMOVAL_ANNOTATION]: new Date().toISOString() };
  await cluster.patch({ apiVersion: "v1", kind: "Namespace", name: namespace }, {
    metadata: { annotations },
  });
}

async function removeClient(
  cluster: Cluster,
  namespace: string,
  name: string,
  operated: boolean,
): Promise<void> {
  const ref = clientRef(namespace, name);
  if (!await cluster.remove(ref)) return;
  if (!operated) {
    const client = await cluster.get<GefyraClient>(ref);
    const finalizers = client?.metadata?.finalizers?.filter((one) => one !== FINALIZER) ?? [];
    if (client) await cluster.patch(ref, { metadata: { finalizers } });
  }
  await waitFor(async () => await cluster.get(ref) === undefined, {
    what: `client "${name}" to be gone`,
    timeout: RESTORE_TIMEOUT_MS,
  });
}
