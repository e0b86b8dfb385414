/** The local relay of a connection: the container that carries the tunnel if only the API server is reachable. */
import { archive } from "../archive.ts";
import type { Engine } from "../docker/engine.ts";
import { requireImage } from "../docker/images.ts";
import { messageOf } from "../errors.ts";
import { type ImageNames, imageOf } from "../images.ts";
import { GEFYRA_USER, RELAY, RELAY_FOLDER, RELAY_TOKEN_S, STOWAWAY_POD } from "../names.ts";
import { type Connection, connectionLabels, dockerNames } from "./connection.ts";
import { relayOptions } from "./docker.ts";
import { removeContainers } from "./remove-local.ts";
import type { Tools } from "./tools.ts";
import { contract } from "../contract.ts";

/** Starts the relay, or gives a running one a new token. True if it had to be created or started. */
export async function startRelay(
  { engine, cluster }: Tools,
  connection: Connection,
  images: ImageNames,
): Promise<boolean> {
  const { relay } = dockerNames(connection.name);
  const image = imageOf("cargo", images);
  const [token] = await Promise.all([
    cluster.token({ namespace: connection.namespace, name: RELAY }, RELAY_TOKEN_S),
    requireImage(engine, image),
  ]);
  const container = await engine.inspect(relay);
  if (!container) await engine.create(relayOptions(connection, image));
  // The token and target are files of the relay's user on the volume, never in the container's settings
  // (images/agent/relay/target.go).
  const target = {
    server: cluster.server.href,
    trust: cluster.trust,
    ...(cluster.proxy ? { proxy: cluster.proxy } : {}),
    namespace: connection.namespace,
    pod: STOWAWAY_POD,
  };
  const { relayTarget, relayToken } = contract.files;
  const files = { [relayTarget]: JSON.stringify(target), [relayToken]: token };
  await engine.put(relay, RELAY_FOLDER, await archive(files, { uid: GEFYRA_USER, gid: GEFYRA_USER }));
  if (container?.State.Running) return false;
  await engine.start(relay);
  return true;
}

/** True if there was a relay. */
export async function removeRelay(engine: Engine, { name }: Connection): Promise<boolean> {
  return await removeContainers(engine, connectionLabels(name, "relay")) > 0;
}

/** The last line of its log, for the error message. */
export async function lastWordsOfRelay(engine: Engine, { name }: Connection): Promise<string> {
  const log = await engine.logs(dockerNames(name).relay, 1).catch(messageOf);
  return log.trim().replace(/^relay: /, "") || "the relay's log is empty";
}
