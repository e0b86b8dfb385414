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
  /** Path of the kubeconfig, or several as in `KUBECONFIG`; empty if there was none, or only the default file. */
  kubeconfig: string;
  /** Gefyra's own namespace in the cluster. */
  namespace: string;
}

export type Role = "network" | "cargo" | "relay" | "app" | "attach" | "files" | "volume" | "probe" | "drain";

export const connectionLabels = (connection: string, role?: Role) => ({
  [CONNECTION_LABEL]: connection,
  ...(role ? { [ROLE_LABEL]: role } : {}),
});

/**
 * Names of a connection's Docker objects; the relay's volume has the relay's name. Up to Docker 27, a container in
 * several networks has its default gateway in the network whose name sorts first, so this name begins with what sorts
 * before nearly all others (docs/decisions/016).
 */
export const dockerNames = (connection: string) => {
  if (connection === DEFAULT_CONNECTION) {
    return { network: "0-gefyra", cargo: "gefyra-cargo", volume: "gefyra-cargo", relay: "gefyra-relay" };
  }
  const cargo = `gefyra-cargo-${connection}`, relay = `gefyra-relay-${connection}`;
  return { network: `0-gefyra-${connection}`, cargo, volume: cargo, relay };
};

/** Longest name of a connection; it is a part of containers' names. */
export const NAME_LENGTH = 30;

/** Names are parts of containers' names, so the same rules apply. */
export function checkConnectionName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]*$/.test(name) && name.length <= NAME_LENGTH) return name;
  throw new GefyraError("connection-invalid", `Cannot use connection "${name}": it is not a valid name`, {
    exit: "usage",
    hint: `use up to ${NAME_LENGTH} lower-case letters, digits and dashes`,
  });
}
