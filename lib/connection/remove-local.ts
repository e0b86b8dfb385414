import type { Engine, Labels } from "../docker/engine.ts";

export async function removeContainers(engine: Engine, labels: Labels): Promise<number> {
  const containers = await engine.containers(labels);
  await Promise.all(containers.map(({ id }) => engine.remove(id)));
  return containers.length;
}

/** Removes what carries the labels: containers, then volumes, then networks. False when there was nothing. */
export async function removeLocal(engine: Engine, labels: Labels): Promise<boolean> {
  const containers = await removeContainers(engine, labels);
  const volumes = await engine.volumes(labels);
  await Promise.all(volumes.map((name) => engine.removeVolume(name)));
  const networks = await engine.networks(labels);
  await Promise.all(networks.map(({ id }) => engine.removeNetwork(id)));
  return containers + volumes.length + networks.length > 0;
}
