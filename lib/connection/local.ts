/** The local half of a connection: Docker network, volume and Cargo. */
import type { Cluster } from "../kube/cluster.ts";
import type { Engine, Network } from "../docker/engine.ts";
import { requireImage } from "../docker/images.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { type ImageNames, imageOf } from "../images.ts";
import { CONNECTION_LABEL } from "../names.ts";
import { checkDockerSubnet, pickDockerSubnet } from "../config/addresses.ts";
import { type Connection, connectionLabels, dockerNames } from "./connection.ts";
import { cargoOptions, networkOptions } from "./docker.ts";
import { takenRanges } from "./ranges.ts";

export interface PlanOptions {
  connection: string;
  namespace: string;
  kubeconfig: string;
  /** Of the Docker network; picked when absent. */
  subnet?: string | undefined;
}

export async function planConnection(
  engine: Engine,
  cluster: Cluster,
  { connection, namespace, kubeconfig, subnet }: PlanOptions,
): Promise<Connection> {
  const taken = await takenRanges(engine, cluster);
  return {
    name: connection,
    network: dockerNames(connection).network,
    subnet: subnet ? checkDockerSubnet(subnet, taken) : pickDockerSubnet(taken.map(({ range }) => range)),
    client: clientName(),
    context: cluster.context,
    kubeconfig,
    namespace,
  };
}

/** The machine's name for people; the random part distinguishes two machines of one name. */
function clientName(): string {
  const host = Deno.hostname().toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(
    0,
    40,
  );
  return `${host || "client"}-${crypto.randomUUID().slice(0, 6)}`;
}

/** Another connection that is created at the same time may pick the same subnet first. */
const SUBNET_TRIES = 5;

/** Creates the network first: it has the labels by which everything else is found. */
export async function makeNetwork(
  engine: Engine,
  cluster: Cluster,
  { images, ...options }: PlanOptions & { images: ImageNames },
): Promise<Connection> {
  await requireImage(engine, imageOf("cargo", images));
  for (let left = SUBNET_TRIES; true; left--) {
    const connection = await planConnection(engine, cluster, options);
    const existing = await engine.network(connection.network);
    if (existing) refuseForeign(existing, connection);
    try {
      await engine.createNetwork(networkOptions(connection));
      return connection;
    } catch (error) {
      if (!isOverlap(error)) throw error;
      // A requested subnet is refused then, with the name of the network that has it.
      if (left > 1) continue;
      throw new GefyraError(
        "subnet-unusable",
        `Cannot use the subnet "${connection.subnet}": Docker has just given it to another network`,
        { exit: "conflict", hint: "name another one with --subnet, or run the command again", cause: error },
      );
    }
  }
}

/** Docker's message, from 20.10 to 29. */
const isOverlap = (error: unknown) => /pool overlaps/i.test(messageOf(error));

function refuseForeign({ labels }: Network, { name, network }: Connection): void {
  if (labels[CONNECTION_LABEL] === name) return;
  throw new GefyraError(
    "network-taken",
    `Cannot create network "${network}": one exists that Gefyra did not make`,
    {
      exit: "conflict",
      hint: `remove it (\`docker network rm ${network}\`) or choose another name with --connection`,
    },
  );
}

/** True if Cargo had to be created or started. */
export async function ensureCargo(
  engine: Engine,
  connection: Connection,
  images: ImageNames,
): Promise<boolean> {
  const { cargo, volume, relay } = dockerNames(connection.name);
  const container = await engine.inspect(cargo);
  if (container?.State.Running) return false;
  if (!container) {
    await requireImage(engine, imageOf("cargo", images));
    for (const name of [volume, relay]) {
      await engine.createVolume(name, connectionLabels(connection.name, "volume"));
    }
    await engine.create(cargoOptions(connection, imageOf("cargo", images)));
  }
  await engine.start(cargo);
  return true;
}
