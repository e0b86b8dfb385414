/** Takes one connection down: its bridges, its client, the installation if it was the last, and its local part. */
import { pendingText, removeBridges } from "../bridge/remove.ts";
import { closingEnds } from "../bridge/local-ends.ts";
import { visibleBridges } from "../bridge/visible.ts";
import { findInstallation } from "../install/existing.ts";
import { missingOf, needsText } from "../kube/rights.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { observe } from "../uninstall/installed.ts";
import { removeClient } from "../install/remove-client.ts";
import { operatorRuns } from "../install/operator-state.ts";
import { departing } from "../uninstall/ownership.ts";
import { uninstall } from "../uninstall/uninstall.ts";
import { API_VERSION, GROUP, REMOVAL_ANNOTATION, UNINSTALLS_ANNOTATION } from "../names.ts";
import { CLIENT_KIND, clientRef, type GefyraClient } from "../api/client.ts";
import { leavePods } from "../files/helper.ts";
import type { Steps } from "../steps.ts";
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
  await leavePods(engine, connection.name);
  try {
    const cluster = await connectCluster(connection);
    await cluster.version();
    remarks = await leaveCluster({ engine, cluster, steps }, connection, {
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
  { engine, cluster, steps }: { engine: Engine; cluster: Cluster; steps: Steps },
  connection: Connection,
  { uninstalls, meanwhile }: Leaving,
): Promise<string[]> {
  const { namespace, client } = connection;
  const existed: Stay = { why: "the installation existed before and stays" };
  const [operated, stay] = await Promise.all([
    operatorRuns(cluster, namespace),
    uninstalls ? whyItStays(cluster, namespace) : existed,
  ]);
  let pending: string[] = [];
  await Promise.all([
    stay ? undefined : announceRemoval(cluster, namespace, client),
    steps.step("Restoring bridged containers", async (note) => {
      // The operator removes those that this user cannot see, together with the client.
      const { bridges } = await visibleBridges(cluster, connection);
      const remove = () => removeBridges(cluster, bridges, operated);
      pending = (await closingEnds(engine, connection, { bridges, others: [] }, remove)).result;
      note(bridges.length === 0 ? "none" : String(bridges.length));
    }),
  ]);
  await steps.step("Disconnecting from the cluster", async (note) => {
    const delegates = operated && (stay ? stay.delegates : pending.length > 0);
    if (delegates) await askOperator(cluster, namespace, client);
    if (pending.length) {
      // The operator needs the client until its last pod is restored.
      await cluster.remove(clientRef(namespace, client));
      return;
    }
    await removeClient(cluster, { namespace, name: client }, operated);
    if (stay) return note(stay.why);
    const others = await otherClients(cluster, namespace, client);
    if (others > 0) return note(`${others} other connections stay`);
    const [left] = await Promise.all([uninstall(cluster, namespace), meanwhile()]);
    if (left) note(left);
  });
  return pending.length ? [pendingText(pending)] : [];
}

/** To remove what `up` installed after this client, if it is the last one. */
async function askOperator(cluster: Cluster, namespace: string, client: string): Promise<void> {
  const ref = clientRef(namespace, client);
  await cluster.patch(ref, { metadata: { annotations: { [UNINSTALLS_ANNOTATION]: "true" } } });
}

interface Stay {
  why: string;
  /** The operator removes it, after its last client. */
  delegates?: boolean;
}

/** Why this user's `down` does not remove the installation, even with its last client; `undefined`: it may. */
async function whyItStays(cluster: Cluster, namespace: string): Promise<Stay | undefined> {
  const installation = await findInstallation(cluster, namespace);
  if (installation?.permanent) return { why: "the installation is permanent and stays" };
  const missing = await missingOf(cluster, [
    { verb: "list", group: GROUP, resource: "gefyraclients", namespace },
    { verb: "delete", group: "apps", resource: "deployments", namespace },
    { verb: "delete", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
  ]);
  if (missing.length === 0) return undefined;
  return {
    why: `the operator removes the installation after its last client: removing it here ${
      needsText(missing)
    }`,
    delegates: true,
  };
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
