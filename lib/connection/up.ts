/** `gefyra up`: from nothing to a tunnel that answers. Every step can be repeated. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { type ImageNames, INSTALL_TIMEOUT_MS, STOWAWAY } from "../names.ts";
import { isNodePortTaken } from "../cluster/api-errors.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { condition } from "../resources/conditions.ts";
import { clientRef, type GefyraClient } from "../resources/client.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { install } from "../install/install.ts";
import type { ServiceOptions } from "../install/manifests.ts";
import { serviceOptions } from "../install/service.ts";
import { explainLasting } from "../install/diagnosis.ts";
import type { Steps } from "../steps.ts";
import type { Candidate, Transport } from "../tunnel/endpoints.ts";
import { waitFor } from "../wait.ts";
import { cargoPublicKey } from "./cargo.ts";
import { checkRights } from "./checks.ts";
import { connect } from "./connect.ts";
import { nameForUp } from "./choose.ts";
import { type Connection, dockerNames, findConnection, listConnections } from "./connection.ts";
import { down } from "./down.ts";
import { ensureCargo, ensureNetwork, planConnection } from "./local.ts";
import { refuseIpv6Only } from "./ranges.ts";

export interface UpOptions {
  /** Name of the connection; that of the context where none is given. */
  connection?: string | undefined;
  /** Gefyra's own namespace. */
  namespace: string;
  images: ImageNames;
  kubeconfig: string;
  /** Overrides the search for an endpoint. */
  host?: string | undefined;
  port?: number | undefined;
  /** Of the Docker network; picked when absent. */
  subnet?: string | undefined;
  /** `local`: only the cluster's ranges use the tunnel. */
  egress: "cluster" | "local";
  /** How Stowaway is reached from outside; as it is when absent. */
  service?: ServiceOptions | undefined;
  /** The only one to try. */
  transport?: Transport | undefined;
  /** Seconds. */
  disconnectTimeout: number;
}

export interface UpResult {
  connection: Connection;
  endpoint: Candidate;
  /** Bytes. */
  mtu: number;
  latencyMs: number;
  /** False when everything was in place already. */
  changed: boolean;
}

export interface Tools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}

export async function up(tools: Tools, options: UpOptions): Promise<UpResult> {
  const { engine, cluster, steps } = tools;
  const { name, existing } = await steps.step("Checking Docker and the cluster", async (note) => {
    const [docker, kubernetes] = [await engine.version(), await cluster.version()];
    note(`Docker ${docker.version}, Kubernetes ${kubernetes} (${cluster.context})`);
    const name = options.connection || await nameFor(tools, options);
    const found = await findConnection(engine, name);
    refuseOther(found, cluster, options);
    await checkFamilies(cluster);
    if (!found) await checkRights(cluster, options.namespace);
    return { name, existing: found };
  });
  const connection = existing ?? await planConnection(engine, cluster, { ...options, connection: name });
  try {
    return await bringUp(tools, connection, options);
  } catch (error) {
    if (!existing) await undo(tools, name, error);
    throw error;
  }
}

async function nameFor({ engine, cluster: { context } }: Tools, { kubeconfig }: UpOptions): Promise<string> {
  return nameForUp(await listConnections(engine), { context, kubeconfig });
}

async function bringUp(tools: Tools, connection: Connection, options: UpOptions): Promise<UpResult> {
  const { engine, cluster, steps } = tools;
  const { images } = options;
  const made = await steps.step("Preparing the local network and the cluster", async () => {
    const network = await ensureNetwork(engine, connection, images);
    const rest = await Promise.all([
      ensureCargo(engine, connection, images),
      installAs(tools, connection.namespace, options),
    ]);
    return [network, ...rest].includes(true);
  });
  const { cargo } = dockerNames(connection.name);
  const client = await steps.step("Registering this machine", async (note) => {
    const publicKey = await cargoPublicKey(engine, cargo);
    note(connection.client);
    return await register(cluster, connection, publicKey, options.disconnectTimeout);
  });
  const connected = await steps.step(
    "Connecting",
    async (note) => await connect(tools, connection, client, options, note),
  );
  return {
    connection,
    endpoint: connected.endpoint,
    mtu: connected.mtu,
    latencyMs: connected.latencyMs,
    changed: made || connected.changed,
  };
}

/** Without a wish, Stowaway's service stays as whoever came before wanted it. */
async function installAs(
  { cluster, steps }: Tools,
  namespace: string,
  { images, service }: UpOptions,
): Promise<boolean> {
  const ref = { apiVersion: "v1", kind: "Service", namespace, name: STOWAWAY };
  const wanted = serviceOptions(await cluster.get<V1Service>(ref), service);
  try {
    return await install(cluster, { namespace, images, service: wanted });
  } catch (error) {
    if (!isNodePortTaken(error)) throw error;
    steps.debug(messageOf(error));
    return await install(cluster, { namespace, images, service: { ...wanted, anyNodePort: true } });
  }
}

async function checkFamilies(cluster: Cluster): Promise<void> {
  const [api, nodes] = await Promise.all([
    cluster.get<V1Service>({ apiVersion: "v1", kind: "Service", namespace: "default", name: "kubernetes" })
      .catch(() => undefined),
    cluster.list<V1Node>({ apiVersion: "v1", kind: "Node" }).catch(() => []),
  ]);
  refuseIpv6Only(api, nodes);
}

/** The client object with its place in the tunnel. */
async function register(
  cluster: Cluster,
  connection: Connection,
  publicKey: string,
  disconnectTimeout: number,
): Promise<GefyraClient> {
  const ref = clientRef(connection.namespace, connection.client);
  const { apiVersion, kind, name, namespace } = ref;
  const wanted = { apiVersion, kind, metadata: { name, namespace }, spec: { publicKey, disconnectTimeout } };
  await waitFor(() => cluster.apply(wanted as GefyraClient).then(() => true, retryUnknownKind), {
    what: "the cluster to know Gefyra's resources",
    timeout: 20_000,
  });
  const ready = (client: GefyraClient | undefined) =>
    client?.spec.publicKey === publicKey && condition(client.status?.conditions, "Ready")?.status === "True";
  let client: GefyraClient | undefined;
  await waitFor(async () => ready(client = await cluster.get<GefyraClient>(ref)), {
    what: "the operator and Stowaway",
    timeout: INSTALL_TIMEOUT_MS,
    explain: explainLasting(cluster, connection.namespace),
  });
  return client!;
}

/** A new definition takes a moment until the API server serves it. */
function retryUnknownKind(error: unknown): boolean {
  if (error instanceof GefyraError && error.id === "not-found") return false;
  throw error;
}

function refuseOther(found: Connection | undefined, { context }: Cluster, options: UpOptions): void {
  const { namespace, kubeconfig, subnet } = options;
  if (!found) return;
  if (subnet && found.subnet !== subnet) {
    throw new GefyraError(
      "subnet-fixed",
      `Cannot use the subnet "${subnet}": the connection has ${found.subnet}`,
      {
        exit: "conflict",
        hint: "a connection keeps its subnet; disconnect with `gefyra down` first",
      },
    );
  }
  // Many clusters call their context `default`, each in a file of its own.
  const sameFile = !found.kubeconfig || !kubeconfig || found.kubeconfig === kubeconfig;
  if (found.context === context && found.namespace === namespace && sameFile) return;
  const { name } = found;
  const other = `context "${found.context}"${sameFile ? "" : ` of ${found.kubeconfig}`}`;
  throw new GefyraError(
    "connected-elsewhere",
    `Cannot connect to context "${context}": connection "${name}" leads to ${other}, namespace "${found.namespace}"`,
    {
      exit: "conflict",
      hint:
        `disconnect it first (\`gefyra down --connection ${name}\`), or make a second one with --connection NAME`,
    },
  );
}

async function undo({ engine, steps, cluster }: Tools, connection: string, cause: unknown): Promise<void> {
  try {
    await down({ engine, steps, connectCluster: () => Promise.resolve(cluster) }, connection);
  } catch (error) {
    steps.debug(`undo after "${messageOf(cause)}" failed: ${messageOf(error)}`);
  }
}
