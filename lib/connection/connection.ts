/** A connection as Docker knows it: everything that later commands need is in the labels of its network. */
import { GefyraError } from "../errors.ts";
import { CONNECTION_LABEL, DEFAULT_CONNECTION, ROLE_LABEL } from "../names.ts";

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

/** The longest that a connection's name may be; it becomes a part of containers' names. */
export const NAME_LENGTH = 30;

/** Names become parts of container names, so they are as strict as those. */
export function checkConnectionName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= NAME_LENGTH) return name;
  throw new GefyraError("connection-invalid", `Cannot use connection "${name}": it is not a valid name`, {
    exit: "usage",
    hint: `use up to ${NAME_LENGTH} lower-case letters, digits and dashes`,
  });
}
