/** Finds the containers of a project by what Compose, or Gefyra as its provider, writes into their labels. */
import type { Container, Engine } from "../docker/engine.ts";

/** Docker Compose's own labels (its package api, labels.go). */
const PROJECT = "com.docker.compose.project", SERVICE = "com.docker.compose.service";
const NETWORK = "com.docker.compose.network";

/** Containers of a project in any state, Compose's own. */
export async function projectContainers(
  engine: Engine,
  project: string,
): Promise<(Container & { service: string })[]> {
  const containers = await engine.containers({ [PROJECT]: project });
  return containers.map((one) => ({ ...one, service: one.labels[SERVICE] ?? "" }));
}

/** The network of services that name none; absent if no service of the project uses it. */
export async function defaultNetwork(engine: Engine, project: string): Promise<string | undefined> {
  const [network] = await engine.networks({ [PROJECT]: project, [NETWORK]: "default" });
  return network?.name;
}
