/** Finds the connections of this machine by the labels of their Docker networks. */
import type { Engine, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import {
  CLIENT_LABEL,
  CONNECTION_LABEL,
  CONTEXT_LABEL,
  KUBECONFIG_LABEL,
  NAMESPACE_LABEL,
  ROLE_LABEL,
} from "../names.ts";
import { choose } from "./choose.ts";
import { type Connection, connectionLabels } from "./connection.ts";
import { currentContext } from "./current.ts";

export async function findConnection(engine: Engine, name: string): Promise<Connection | undefined> {
  const [network] = await engine.networks(connectionLabels(name, "network"));
  return network && toConnection(network);
}

/** All connections of this machine, sorted by name. */
export async function listConnections(engine: Engine): Promise<Connection[]> {
  const networks = await engine.networks({ [CONNECTION_LABEL]: "", [ROLE_LABEL]: "network" });
  return networks.map(toConnection).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The named connection, else the only one, else that of the current context. An empty name counts as none. */
export async function chooseConnection(
  engine: Engine,
  name: string | undefined,
): Promise<Connection | undefined> {
  if (name) return await findConnection(engine, name);
  const connections = await listConnections(engine);
  return connections.length > 1 ? choose(connections, await currentContext()) : connections[0];
}

/** The connection; throws an error that says how to create one. */
export async function requireConnection(engine: Engine, name: string | undefined): Promise<Connection> {
  const connection = await chooseConnection(engine, name);
  if (connection) return connection;
  throw new GefyraError("not-connected", "Cannot use the cluster: this machine is not connected to one", {
    exit: "notFound",
    hint: !name
      ? "connect it with `gefyra up`"
      : `connect it with \`gefyra up --connection ${name}\`; \`gefyra list --connections\` lists the others`,
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
