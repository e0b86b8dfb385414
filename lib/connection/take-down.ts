/** Takes one connection down: its bridges, its client, the installation if it was the last, and its local part. */
import { pendingText, removeBridges } from "../bridge/remove.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { observe } from "../uninstall/installed.ts";
import { operatorRuns } from "../install/operator-state.ts";
import { departing } from "../uninstall/ownership.ts";
import { uninstall } from "../uninstall/uninstall.ts";
import {
  API_VERSION,
  FINALIZER,
  REMOVAL_ANNOTATION,
  RESTORE_TIMEOUT_MS,
  UNINSTALLS_ANNOTATION,
} from "../names.ts";
import { CLIENT_KIND, clientRef, type GefyraClient } from "../api/client.ts";
import type { Steps } from "../steps.ts";
import { waitFor } from "../wait.ts";
import { type Connection, connectionLabels } from "./connection.ts";
import { removeContainers, removeLocal } from "./remove-local.ts";

export interface DownTools {
  engine: Engine;
  steps: Steps;
  /** Connects to the cluster that the connection belongs to. */
  connectCluster: (connection: Connection) => Promise<Cluster>;
}

/** `uninstalls`: whether an installation without clients is removed. Returns what the operator still has to do. */
export async function takeDown(
  { engine, steps, connectCluster }: DownTools,
  connection: Connection,
  { uninstalls = true }: { uninstalls?: boolean } = {},
): Promise<string[]> {
  const labels = connectionLabels(connection.name);
  let failure: unknown, remarks: string[] = [];
  try {
    const cluster = await connectCluster(connection);
    await cluster.version();
    remarks = await leaveCluster(cluster, steps, connection, {
      uninstalls,
      meanwhile: () => removeContainers(engine, labels),
    });
  } catch (error) {
    failure = error;
  }
  // The network is removed last: while it exists, `down` can be repeated.
  if (failure && !isOutOfReach(failure)) throw failure;
  await steps.step(
    "Removing the local containers and network",
    () => removeLocal(engine, labels),
  );
  if (failure) throw clusterLeft(connection, failure);
  return remarks;
}

/** The cluster does not answer, or the kubeconfig or its context is gone. Repeating `down` would not help. */
const OUT_OF_REACH = ["context-missing", "kubeconfig-unreadable", "no-cluster"];

function isOutOfReach(error: unknown): boolean {
  return error instanceof GefyraError && (error.exit === "unreachable" || OUT_OF_REACH.includes(error.id));
}

function clusterLeft({ name, context }: Connection, failure: unknown): GefyraError {
  return new GefyraError("cluster-left", `Cannot clean up in the cluster: ${messageOf(failure)}`, {
    exit: "unreachable",
    hint:
      `connection "${name}" is removed from this machine; if the cluster of context "${context}" still exists, its ` +
      "operator restores the bridged pods after the time of `up --disconnect-timeout`",
    cause: failure,
  });
}

interface Leaving {
  uninstalls: boolean;
  /** Runs while the cluster removes the namespace. */
  meanwhile: () => Promise<unknown>;
}

async function leaveCluster(
  cluster: Cluster,
  steps: Steps,
  connection: Connection,
  { uninstalls, meanwhile }: Leaving,
): Promise<string[]> {
  const { namespace, client } = connection;
  const [operated] = await Promise.all([
    operatorRuns(cluster, namespace),
    uninstalls ? announceRemoval(cluster, namespace, client) : undefined,
  ]);
  let pending: string[] = [];
  await steps.step("Restoring bridged containers", async (note) => {
    const removal = await removeBridges(cluster, { connection, operated });
    pending = removal.pending;
    note(removal.count === 0 ? "none" : String(removal.count));
  });
  await steps.step("Disconnecting from the cluster", async (note) => {
    if (pending.length) {
      await leaveToOperator(cluster, namespace, client, uninstalls);
      return;
    }
    await removeClient(cluster, namespace, client, operated);
    const others = await otherClients(cluster, namespace, client);
    if (others > 0) return note(`${others} other connections stay`);
    if (!uninstalls) return note("the installation existed before and stays");
    const [stays] = await Promise.all([uninstall(cluster, namespace), meanwhile()]);
    if (stays) note(stays);
  });
  return pending.length ? [pendingText(pending)] : [];
}

/** The operator needs the client until its last pod is restored, and then removes what `up` installed. */
async function leaveToOperator(
  cluster: Cluster,
  namespace: string,
  client: string,
  uninstalls: boolean,
): Promise<void> {
  const ref = clientRef(namespace, client);
  if (uninstalls) {
    await cluster.patch(ref, { metadata: { annotations: { [UNINSTALLS_ANNOTATION]: "true" } } });
  }
  await cluster.remove(ref);
}

/** Number of other clients of the installation. */
export async function otherClients(cluster: Cluster, namespace: string, client?: string): Promise<number> {
  const clients = await cluster.list<GefyraClient>({ apiVersion: API_VERSION, kind: CLIENT_KIND, namespace });
  return clients.filter(({ metadata }) => metadata?.name !== client).length;
}

/**
 * Kubernetes removes a namespace 5 s after its last change (namespaceDeletionGracePeriod of its namespace controller).
 * A change now starts this time while the bridged containers are restored.
 */
async function announceRemoval(cluster: Cluster, namespace: string, client: string): Promise<void> {
  const [others, found] = await Promise.all([
    otherClients(cluster, namespace, client),
    observe(cluster, namespace),
  ]);
  if (others > 0) return;
  const home = departing(found, { crowded: false, shared: true }).find(({ kind }) => kind === "Namespace");
  if (!home) return;
  await cluster.patch(home, {
    metadata: { annotations: { [REMOVAL_ANNOTATION]: new Date().toISOString() } },
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
