/** The local half of a connection: Docker network, volume and Cargo. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster.ts";
import type { Engine, Network } from "../docker/engine.ts";
import { requireImage } from "../docker/images.ts";
import { GefyraError } from "../errors.ts";
import { CONNECTION_LABEL, type ImageNames, imageOf } from "../names.ts";
import { pickDockerSubnet } from "../tunnel/addresses.ts";
import { type Connection, connectionLabels, dockerNames } from "./connection.ts";
import { cargoOptions, networkOptions } from "./docker.ts";

export async function planConnection(
  engine: Engine,
  cluster: Cluster,
  { connection, namespace, kubeconfig }: { connection: string; namespace: string; kubeconfig: string },
): Promise<Connection> {
  return {
    name: connection,
    network: dockerNames(connection).network,
    subnet: pickDockerSubnet([
      ...await dockerRanges(engine),
      ...hostRanges(),
      ...await clusterRanges(cluster),
    ]),
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

async function dockerRanges(engine: Engine): Promise<string[]> {
  return (await engine.allNetworks()).flatMap(({ subnets }) => subnets);
}

function hostRanges(): string[] {
  return Deno.networkInterfaces().filter(({ family }) => family === "IPv4").map(({ cidr }) => cidr);
}

/** As far as the user may see them; a service range is taken to be the /16 around the API server's address. */
async function clusterRanges(cluster: Cluster): Promise<string[]> {
  const nodes = await cluster.list<V1Node>({ apiVersion: "v1", kind: "Node" }).catch(() => []);
  const api = await cluster
    .get<V1Service>({ apiVersion: "v1", kind: "Service", namespace: "default", name: "kubernetes" })
    .catch(() => undefined);
  const pods = nodes.flatMap(({ spec }) => spec?.podCIDRs ?? []);
  const address = api?.spec?.clusterIP;
  return [...pods, ...(address ? [`${address}/16`] : [])].filter((range) => !range.includes(":"));
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
  const { cargo, volume } = dockerNames(connection.name);
  const container = await engine.inspect(cargo);
  if (container?.State.Running) return false;
  if (!container) {
    await engine.createVolume(volume, connectionLabels(connection.name, "volume"));
    await engine.create(cargoOptions(connection, imageOf("cargo", images)));
  }
  await engine.start(cargo);
  return true;
}
