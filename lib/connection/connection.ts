/** A connection as Docker knows it: everything that later commands need is in the labels of its network. */
import type { Engine, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { choose, NAME_LENGTH } from "./choose.ts";
import { currentContext } from "./current.ts";
import {
  CLIENT_LABEL,
  CONNECTION_LABEL,
  CONTEXT_LABEL,
  DEFAULT_CONNECTION,
  KUBECONFIG_LABEL,
  NAMESPACE_LABEL,
  ROLE_LABEL,
} from "../names.ts";

export interface Connection {
  name: string;
  /** Of the Docker network. */
  network: string;
  /** The network's /24. */
  subnet: string;
  /** Name of the GefyraClient. */
  client: string;
  context: string;
  /** Path of the kubeconfig, several as in `KUBECONFIG`; empty where there was none, or only the default one. */
  kubeconfig: string;
  /** Gefyra's own namespace in the cluster. */
  namespace: string;
}

export type Role = "network" | "cargo" | "relay" | "app" | "volume" | "probe";

export const connectionLabels = (connection: string, role?: Role) => ({
  [CONNECTION_LABEL]: connection,
  ...(role ? { [ROLE_LABEL]: role } : {}),
});

/**
 * Names of the Docker objects of a connection; the relay's volume has its name. Up to Docker 27 a container in several
 * networks has its default gateway in the one whose name sorts first, so the network's begins with what sorts before
 * nearly all others (docs/decisions/016).
 */
export const dockerNames = (connection: string) => {
  if (connection === DEFAULT_CONNECTION) {
    return { network: "0-gefyra", cargo: "gefyra-cargo", volume: "gefyra-cargo", relay: "gefyra-relay" };
  }
  const cargo = `gefyra-cargo-${connection}`, relay = `gefyra-relay-${connection}`;
  return { network: `0-gefyra-${connection}`, cargo, volume: cargo, relay };
};

/** Names become parts of container names, so they are as strict as those. */
export function checkConnectionName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= NAME_LENGTH) return name;
  throw new GefyraError("connection-invalid", `Cannot use connection "${name}": it is not a valid name`, {
    exit: "usage",
    hint: `use up to ${NAME_LENGTH} lower-case letters, digits and dashes`,
  });
}

export async function findConnection(engine: Engine, name: string): Promise<Connection | undefined> {
  const [network] = await engine.networks(connectionLabels(name, "network"));
  return network && toConnection(network);
}

/** All of this machine, by name. */
export async function listConnections(engine: Engine): Promise<Connection[]> {
  const networks = await engine.networks({ [CONNECTION_LABEL]: "", [ROLE_LABEL]: "network" });
  return networks.map(toConnection).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The named one, else the only one, else that of the current context. An empty name is none. */
export async function chooseConnection(
  engine: Engine,
  name: string | undefined,
): Promise<Connection | undefined> {
  if (name) return await findConnection(engine, name);
  const connections = await listConnections(engine);
  return connections.length > 1 ? choose(connections, await currentContext()) : connections[0];
}

/** The connection, or the error that says how to make one. */
export async function requireConnection(engine: Engine, name: string | undefined): Promise<Connection> {
  const connection = await chooseConnection(engine, name);
  if (connection) return connection;
  throw new GefyraError("not-connected", "Cannot use the cluster: this machine is not connected to one", {
    exit: "notFound",
    hint: !name
      ? "connect it with `gefyra up`"
      : `connect it with \`gefyra up --connection ${name}\`; \`gefyra list --connections\` shows those that there are`,
  });
}

function toConnection({ name: network, subnets, labels }: Network): Connection {
  return {
    name: labels[CONNECTION_LABEL] ?? "",
    network,
    subnet: subnets[0] ?? "",
    client: labels[CLIENT_LABEL] ?? "",
    context: labels[CONTEXT_LABEL] ?? "",
    kubeconfig: labels[KUBECONFIG_LABEL] ?? "",
    namespace: labels[NAMESPACE_LABEL] ?? "",
  };
}
