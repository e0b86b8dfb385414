/** `gefyra run`: runs a local image in the cluster's network. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import type { Cluster } from "../kube/cluster.ts";
import { requireNamespace } from "../kube/namespaces.ts";
import { checkObjectName, LONGEST } from "../api/object-names.ts";
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import type { Engine } from "../docker/engine.ts";
import { type PullPolicy, requireImage } from "../docker/images.ts";
import { GefyraError } from "../errors.ts";
import { uninterrupted } from "../interruption.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { API_VERSION } from "../names.ts";
import type { Steps } from "../steps.ts";
import { translate } from "../config/addresses.ts";
import { createWithAddress, freeAddress } from "./address.ts";
import { reasonOf } from "./reason.ts";
import { type AppOptions, appOptions } from "./spec.ts";
import { apiServerEnv } from "../files/identity.ts";
import { putLinks, withFiles } from "../files/in-app.ts";
import type { Description } from "../files/description.ts";
import { removeHelper } from "../files/helper.ts";
import { prepareFiles } from "../files/sync.ts";

export interface RunOptions extends AppOptions {
  pull: PullPolicy;
  /** What the app container gets of a container in the cluster. */
  files?: Description | undefined;
}

export interface App {
  id: string;
  name: string;
  image: string;
  namespace: string;
  /** On the Docker network, for the container's whole life. */
  address: string;
  /** The same in the tunnel; absent until the connection has a subnet. */
  tunnelAddress?: string;
}

export interface RunTools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}

/** Creates the container. The caller starts it, after attaching if it wants all output. */
export async function createApp(
  tools: RunTools,
  connection: Connection,
  options: RunOptions,
): Promise<App> {
  const create = options.files ? createWithFiles : createWhileConnected;
  const work = () => create(tools, connection, options);
  return await whileConnected(tools.engine, connection, { command: "run", steps: tools.steps }, work);
}

/** The files are there before the container, and go if it does not come. */
async function createWithFiles(tools: RunTools, connection: Connection, options: RunOptions): Promise<App> {
  const { engine, cluster } = tools;
  checkContainerName(options.name);
  await refuseTakenName(engine, options.name);
  const files = await prepareFiles(tools, connection, options.name, options.files!);
  let app: App | undefined;
  try {
    const env = files.identity ? await apiServerEnv(cluster, options.env) : [];
    app = await createWhileConnected(
      tools,
      connection,
      { ...options, env: [...env, ...options.env] },
      (created) => withFiles(created, files),
    );
    await putLinks(engine, app.id, files);
    return app;
  } catch (error) {
    if (app) await engine.remove(app.id).catch(() => {});
    await uninterrupted(() => removeHelper(engine, options.name)).catch(() => {});
    throw error;
  }
}

async function createWhileConnected(
  { engine, cluster, steps }: RunTools,
  connection: Connection,
  options: RunOptions,
  change: (created: ContainerCreateOptions) => ContainerCreateOptions = (created) => created,
): Promise<App> {
  return await steps.step(`Starting ${options.image}`, async (note) => {
    checkContainerName(options.name);
    checkObjectName("namespace", options.namespace);
    let [client] = await Promise.all([
      clientOf(cluster, connection),
      requireNamespace(cluster, options.namespace),
    ]);
    await refuseTakenName(engine, options.name);
    // Other apps may have been bridged meanwhile.
    const pulled = await requireImage(engine, options.image, {
      pull: options.pull,
      platform: options.platform,
      onProgress: note,
    });
    if (pulled) client = await clientOf(cluster, connection);
    const request = { name: options.name, bridged: client.status?.apps ?? [] };
    const domain = domainOf(client);
    const optionsAt = (address: string) => change(appOptions(options, connection, address, domain));
    const create = async () => {
      const created = await createWithAddress(engine, connection, request, optionsAt);
      await joinNetworks(engine, created.id, options.networks ?? []);
      return created;
    };
    const { id, address } = await create().catch((cause) => {
      if (cause instanceof GefyraError) throw cause;
      throw new GefyraError(
        "create-failed",
        `Cannot create container "${options.name}": ${reasonOf(cause)}`,
        { hint: CORRECT, cause },
      );
    });
    note(`${options.name} at ${address}, as a pod of namespace ${options.namespace}`);
    const subnet = client.status?.tunnel?.subnet;
    return {
      ...{ id, address, name: options.name, image: options.image, namespace: options.namespace },
      ...(subnet ? { tunnelAddress: translate(address, subnet) } : {}),
    };
  });
}

/** The container that `createApp` would create now; changes nothing. */
export async function previewApp(
  { engine, cluster }: Omit<RunTools, "steps">,
  connection: Connection,
  options: AppOptions,
): Promise<ContainerCreateOptions> {
  checkContainerName(options.name);
  const client = await clientOf(cluster, connection);
  const request = { name: options.name, bridged: client.status?.apps ?? [] };
  const address = await freeAddress(engine, connection, request);
  return appOptions(options, connection, address, domainOf(client));
}

export const domainOf = ({ status }: GefyraClient): string => status?.tunnel?.dns.domain ?? "cluster.local";

/** A container that cannot join one of its networks is removed. */
async function joinNetworks(engine: Engine, id: string, networks: string[]): Promise<void> {
  try {
    for (const network of networks) await engine.connect(network, id);
  } catch (cause) {
    await engine.remove(id);
    throw cause;
  }
}

export async function clientOf(cluster: Cluster, connection: Connection): Promise<GefyraClient> {
  const client = await cluster.get<GefyraClient>(clientRef(connection.namespace, connection.client));
  if (client) return client;
  throw new GefyraError(
    "client-gone",
    `Cannot use the cluster: it no longer has ${API_VERSION} client "${connection.client}"`,
    {
      exit: "notFound",
      hint: "connect again with `gefyra up`",
    },
  );
}

/** Docker's rule for names, plus a length limit, because bridges name the container. */
function checkContainerName(name: string): void {
  if (/^[a-zA-Z0-9][\w.-]+$/.test(name) && name.length <= LONGEST) return;
  throw new GefyraError("name-invalid", `Cannot create container "${name}": it is not a valid name`, {
    exit: "usage",
    hint: `use 2 to ${LONGEST} letters, digits, dashes, dots and underscores`,
  });
}

async function refuseTakenName(engine: Engine, name: string): Promise<void> {
  const other = await engine.inspect(name);
  if (!other) return;
  throw new GefyraError(
    "name-taken",
    `Cannot create container "${name}": one exists (${other.State.Status})`,
    {
      exit: "conflict",
      hint: `remove it (\`docker rm --force ${name}\`) or choose another name with --name`,
    },
  );
}

/** Removes a container that cannot start, so that its name is free. */
export async function startApp(engine: Engine, { id, name }: App): Promise<void> {
  try {
    await engine.start(id);
  } catch (cause) {
    await engine.remove(id);
    await removeHelper(engine, name);
    throw new GefyraError("start-failed", `Cannot start container "${name}": ${reasonOf(cause)}`, {
      hint: CORRECT,
      cause,
    });
  }
}

const CORRECT = "correct the options and run it again; no container is left";
