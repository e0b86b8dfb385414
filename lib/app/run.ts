/** `gefyra run`: a local image as a member of the cluster's network. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import type { Cluster } from "../cluster/cluster.ts";
import { checkObjectName } from "../cluster/object-names.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { type PullPolicy, requireImage } from "../docker/images.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { clientRef, type GefyraClient } from "../resources/client.ts";
import { API_VERSION } from "../names.ts";
import type { Steps } from "../steps.ts";
import { type AppOptions, appOptions, pickAddress } from "./spec.ts";

export interface RunOptions extends AppOptions {
  pull: PullPolicy;
}

export interface App {
  id: string;
  name: string;
  image: string;
  namespace: string;
  /** On the Docker network, for the container's whole life. */
  address: string;
}

export interface RunTools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}

/** Creates the container; the caller starts it, after attaching where it wants the output from the beginning. */
export async function createApp(
  { engine, cluster, steps }: RunTools,
  connection: Connection,
  options: RunOptions,
): Promise<App> {
  return await steps.step(`Starting ${options.image}`, async (note) => {
    checkContainerName(options.name);
    checkObjectName("namespace", options.namespace);
    const client = await checkNamespace(cluster, connection, options.namespace);
    await refuseTakenName(engine, options.name);
    await requireImage(engine, options.image, { pull: options.pull, onProgress: note });
    const domain = client.status?.tunnel?.dns.domain ?? "cluster.local";
    const { id, address } = await createWithAddress(
      engine,
      connection,
      (address) => appOptions(options, connection, address, domain),
    ).catch((cause) => {
      throw new GefyraError(
        "create-failed",
        `Cannot create container "${options.name}": ${reasonOf(cause)}`,
        { hint: CORRECT, cause },
      );
    });
    note(`${options.name} at ${address}, as a pod of namespace ${options.namespace}`);
    return { id, address, name: options.name, image: options.image, namespace: options.namespace };
  });
}

async function checkNamespace(
  cluster: Cluster,
  connection: Connection,
  namespace: string,
): Promise<GefyraClient> {
  const [client, home] = await Promise.all([
    cluster.get<GefyraClient>(clientRef(connection.namespace, connection.client)),
    cluster.get({ apiVersion: "v1", kind: "Namespace", name: namespace }),
  ]);
  if (!home) {
    throw new GefyraError("namespace-missing", `Cannot use namespace "${namespace}": it does not exist`, {
      exit: "notFound",
      hint: `create it (\`kubectl create namespace ${namespace}\`) or name another with --namespace`,
    });
  }
  if (client) return client;
  throw new GefyraError(
    "client-gone",
    `Cannot use the cluster: it has forgotten ${API_VERSION} client "${connection.client}"`,
    {
      exit: "notFound",
      hint: "connect again with `gefyra up`",
    },
  );
}

/** Docker's own rule for names. */
function checkContainerName(name: string): void {
  if (/^[a-zA-Z0-9][\w.-]+$/.test(name)) return;
  throw new GefyraError("name-invalid", `Cannot create container "${name}": it is not a valid name`, {
    exit: "usage",
    hint: "use two or more letters, digits, dashes, dots and underscores",
  });
}

async function refuseTakenName(engine: Engine, name: string): Promise<void> {
  const other = await engine.inspect(name);
  if (!other) return;
  throw new GefyraError(
    "name-taken",
    `Cannot create container "${name}": there is one, ${other.State.Status}`,
    {
      exit: "conflict",
      hint: `remove it (\`docker rm --force ${name}\`) or choose another name with --name`,
    },
  );
}

/**
 * Somebody else may pick the same address at the same time, which Docker only notices when it starts them. Of two, the one
 * that can be seen later sees the other; whether that one has seen it too, neither knows. So whoever sees another moves.
 */
export async function createWithAddress(
  engine: Engine,
  connection: Connection,
  optionsAt: (address: string) => ContainerCreateOptions,
): Promise<{ id: string; address: string }> {
  for (let tries = 0;; tries++) {
    const skip = Math.floor(Math.random() * 4 * tries);
    const taken = (await fixedAddresses(engine, connection)).map(({ address }) => address);
    const address = pickAddress(connection.subnet, taken, skip);
    const id = await engine.create(optionsAt(address));
    const holders = (await fixedAddresses(engine, connection)).filter((one) => one.address === address);
    if (holders.every((one) => one.id === id)) return { id, address };
    await engine.remove(id);
  }
}

interface FixedAddress {
  id: string;
  address: string;
}

/** Of stopped containers too: they keep theirs. */
async function fixedAddresses(engine: Engine, connection: Connection): Promise<FixedAddress[]> {
  const containers = await engine.containers({});
  const found = await Promise.all(containers.map(async ({ id, addresses }) => {
    const container = await engine.inspect(id);
    const endpoint = container?.NetworkSettings.Networks[connection.network];
    const address = endpoint?.IPAMConfig?.IPv4Address ?? addresses[connection.network];
    return address ? [{ id, address }] : [];
  }));
  return found.flat();
}

/** A container that cannot start is removed again, so that its name is free. */
export async function startApp(engine: Engine, { id, name }: App): Promise<void> {
  try {
    await engine.start(id);
  } catch (cause) {
    await engine.remove(id);
    throw new GefyraError("start-failed", `Cannot start container "${name}": ${reasonOf(cause)}`, {
      hint: CORRECT,
      cause,
    });
  }
}

const CORRECT = "correct the options and run it again; nothing was left behind";

/** Docker's own words, without the client's around them. */
function reasonOf(cause: unknown): string {
  const { json } = cause as { json?: { message?: string } };
  return (json?.message ?? messageOf(cause)).trim().replace(/\.$/, "");
}
