/** `gefyra up`: from nothing to a tunnel that answers. Every step can be repeated. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import { STOWAWAY } from "../names.ts";
import type { Cluster } from "../kube/cluster.ts";
import { GefyraError, messageOf, withHint } from "../errors.ts";
import { explainRemoval } from "../install/diagnosis.ts";
import { checkUp } from "../install/check-up.ts";
import { install } from "../install/install.ts";
import { policyProblems, servesPolicies } from "../install/served.ts";
import type { Problem } from "../app/problems.ts";
import type { InstallOptions } from "../config/install-options.ts";
import { serviceOptions, withNodePort } from "../install/service.ts";
import { throwIfInterrupted, uninterrupted } from "../interruption.ts";
import { allSettled } from "../settled.ts";
import type { Candidate } from "./endpoints.ts";
import type { UpOptions } from "./options.ts";
import type { Tools } from "./tools.ts";
import { cargoPublicKey } from "./cargo.ts";
import { connect } from "./connect.ts";
import { nameForUp } from "./choose.ts";
import { findConnection, listConnections } from "./find.ts";
import { type Connection, dockerNames } from "./connection.ts";
import { takeDown } from "./take-down.ts";
import { ensureCargo, makeNetwork } from "./local.ts";
import { refuseIpv6Only } from "./ranges.ts";
import { register } from "./register.ts";
import { withLock } from "./lock.ts";

export interface UpResult {
  connection: Connection;
  endpoint: Candidate;
  /** Bytes. */
  mtu: number;
  latencyMs: number;
  /** False if nothing had to be changed. */
  changed: boolean;
  /** What the cluster lacks. */
  problems: Problem[];
}

export async function up(tools: Tools, options: UpOptions): Promise<UpResult> {
  const { engine, steps } = tools;
  const docker = await engine.version();
  const name = options.connection || await nameFor(tools, options);
  return await withLock(name, { command: "up", steps }, () => upInTurn(tools, name, options, docker));
}

async function nameFor({ engine, cluster: { context } }: Tools, { kubeconfig }: UpOptions): Promise<string> {
  return nameForUp(await listConnections(engine), { context, kubeconfig });
}

async function upInTurn(
  tools: Tools,
  name: string,
  options: UpOptions,
  docker: { version: string },
): Promise<UpResult> {
  const { engine, cluster, steps } = tools;
  const { install, network } = options;
  const { namespace } = install;
  const { existing, check } = await steps.step("Checking Docker and the cluster", async (note) => {
    const kubernetes = await cluster.version();
    note(`Docker ${docker.version}, Kubernetes ${kubernetes} (${cluster.context})`);
    const existing = await findConnection(engine, name);
    refuseOther(existing, cluster, options);
    await checkFamilies(cluster);
    const check = await checkUp(cluster, install, { service: install.service, images: options.namedImages });
    return { existing, check };
  });
  const connection = existing ?? await makeNetwork(engine, cluster, {
    connection: name,
    namespace,
    kubeconfig: options.kubeconfig,
    subnet: network.subnet,
    images: install.images,
  });
  try {
    const attempt = () =>
      bringUp(tools, connection, options, { isNew: existing === undefined, installs: check.installs });
    return await attempt().catch(async (error) => {
      // Somebody else's last connection may have removed the installation at this moment.
      throwIfInterrupted();
      const removal = await explainRemoval(cluster, connection.namespace).catch(() => undefined);
      if (!removal) throw error;
      steps.debug(`${removal.message}: installing it again`);
      return await attempt();
    });
  } catch (error) {
    // An existing connection is not removed.
    if (!existing) throw await uninterrupted(() => undo(tools, connection, { made: !check.existed }, error));
    throw error;
  }
}

async function bringUp(
  tools: Tools,
  connection: Connection,
  options: UpOptions,
  { isNew, installs }: { isNew: boolean; installs: boolean },
): Promise<UpResult> {
  const { engine, cluster, steps } = tools;
  const { install } = options;
  const made = await steps.step("Preparing the local network and the cluster", async () => {
    const changed = await allSettled([
      ensureCargo(engine, connection, install.images),
      installs ? installAs(tools, { ...install, namespace: connection.namespace }) : Promise.resolve(false),
    ]);
    return [isNew, ...changed].includes(true);
  });
  const { cargo } = dockerNames(connection.name);
  const problems = policyProblems(await servesPolicies(cluster));
  const client = await steps.step("Registering this machine", async (note) => {
    const publicKey = await cargoPublicKey(engine, cargo);
    note(connection.client);
    const { disconnectTimeout, admits } = options;
    return await register(cluster, connection, { publicKey, disconnectTimeout, admits });
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
    problems,
  };
}

/** Without service options, Stowaway's service stays as it is. */
async function installAs(
  { cluster, steps }: Tools,
  options: InstallOptions,
): Promise<boolean> {
  const ref = { ...gvk.Service, namespace: options.namespace, name: STOWAWAY };
  const service = serviceOptions(await cluster.get<V1Service>(ref), options.service);
  return await withNodePort(
    service,
    (service) => install(cluster, { ...options, service }),
    (text) => steps.debug(text),
  );
}

async function checkFamilies(cluster: Cluster): Promise<void> {
  const [api, nodes] = await Promise.all([
    cluster.get<V1Service>({ ...gvk.Service, namespace: "default", name: "kubernetes" })
      .catch(() => undefined),
    cluster.list<V1Node>({ ...gvk.Node }).catch(() => []),
  ]);
  refuseIpv6Only(api, nodes);
}

function refuseOther(found: Connection | undefined, { context }: Cluster, options: UpOptions): void {
  const { kubeconfig, install: { namespace }, network: { subnet } } = options;
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
  // Many clusters call their context `default`, each in its own file.
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
        `disconnect it first (\`gefyra down --connection ${name}\`), or create a second one with --connection NAME`,
    },
  );
}

/** Returns the error to throw: the first one, with a hint if something could not be undone. */
async function undo(
  { engine, steps, cluster }: Tools,
  connection: Connection,
  installation: { made: boolean },
  cause: unknown,
): Promise<unknown> {
  try {
    await takeDown({ engine, steps, connectCluster: () => Promise.resolve(cluster) }, connection, {
      uninstalls: installation.made,
    });
    return cause;
  } catch (error) {
    steps.debug(`undo after "${messageOf(cause)}" failed: ${messageOf(error)}`);
    if (!(cause instanceof GefyraError)) return cause;
    const left = `something is left (${
      messageOf(error)
    }): \`gefyra down --connection ${connection.name}\` removes it`;
    return withHint(cause, left);
  }
}
