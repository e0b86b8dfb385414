/** The local half of a connection: Docker network, volume and Cargo. */
import type { Cluster } from "../cluster/cluster.ts";
import type { Engine, Network } from "../docker/engine.ts";
import { requireImage } from "../docker/images.ts";
import { GefyraError } from "../errors.ts";
import { CONNECTION_LABEL, type ImageNames, imageOf } from "../names.ts";
import { checkDockerSubnet, pickDockerSubnet } from "../tunnel/addresses.ts";
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

/** Names the machine for people; the random part keeps two machines of one name apart. */
function clientName(): string {
  const host = Deno.hostname().toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(
    0,
    40,
  );
  return `${host || "client"}-${crypto.randomUUID().slice(0, 6)}`;
}

/**
 * Makes the network: it carries the labels by which everything else is found again, so it comes before anything
 * else is touched. True when it was not there.
 */
export async function ensureNetwork(
  engine: Engine,
  connection: Connection,
  images: ImageNames,
): Promise<boolean> {
  await requireImage(engine, imageOf("cargo", images));
  const existing = await engine.network(connection.network);
  if (existing) {
    refuseForeign(existing, connection);
    return false;
  }
  await engine.createNetwork(networkOptions(connection));
  return true;
}

function refuseForeign({ labels }: Network, { name, network }: Connection): void {
  if (labels[CONNECTION_LABEL] === name) return;
  throw new GefyraError(
    "network-taken",
    `Cannot create network "${network}": there is one of somebody else`,
    {
      exit: "conflict",
      hint: `remove it (\`docker network rm ${network}\`) or choose another name with --connection`,
    },
  );
}

/** True when Cargo had to be made or started. */
export async function ensureCargo(
  engine: Engine,
  connection: Connection,
  images: ImageNames,
): Promise<boolean> {
  const { cargo, volume, relay } = dockerNames(connection.name);
  const container = await engine.inspect(cargo);
  if (container?.State.Running) return false;
  if (!container) {
    for (const name of [volume, relay]) {
      await engine.createVolume(name, connectionLabels(connection.name, "volume"));
    }
    await engine.create(cargoOptions(connection, imageOf("cargo", images)));
  }
  await engine.start(cargo);
  return true;
}
