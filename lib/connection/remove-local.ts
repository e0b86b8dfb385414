import { undoAttach } from "../app/attach/undo.ts";
import type { Container, Engine, Labels, Network } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { ATTACHED_LABEL } from "../names.ts";

export async function removeContainers(engine: Engine, labels: Labels): Promise<number> {
  const containers = await engine.containers(labels);
  // Its container is not Gefyra's, and needs what the helper has changed changed back.
  const remove = (one: Container) =>
    one.labels[ATTACHED_LABEL] ? undoAttach(engine, one) : engine.remove(one.id);
  await Promise.all(containers.map(remove));
  return containers.length;
}

/** Removes everything with the labels: containers, then volumes, then networks. False if there was nothing. */
export async function removeLocal(engine: Engine, labels: Labels): Promise<boolean> {
  const containers = await removeContainers(engine, labels);
  const volumes = await engine.volumes(labels);
  await Promise.all(volumes.map(({ name }) => engine.removeVolume(name)));
  const networks = await engine.networks(labels);
  await Promise.all(networks.map((network) => removeNetwork(engine, network)));
  return containers + volumes.length + networks.length > 0;
}

/** Foreign containers may have joined the network; only their owner disconnects them. */
async function removeNetwork(engine: Engine, { id, name }: Network): Promise<void> {
  try {
    await engine.removeNetwork(id);
  } catch (cause) {
    const foreign = (await engine.network(id))?.containers.map((one) => one.name).sort() ?? [];
    if (foreign.length === 0) throw cause;
    const [noun, verb, first] = foreign.length === 1
      ? ["container", "is", "it"]
      : ["containers", "are", "each"];
    throw new GefyraError(
      "network-in-use",
      `Cannot remove Docker network "${name}": ${noun} ${foreign.join(", ")} ${verb} still in it`,
      {
        exit: "conflict",
        hint: `disconnect ${first} (\`docker network disconnect ${name} ${
          foreign.length === 1 ? foreign[0] : "CONTAINER"
        }\`), then run \`gefyra down\` again; everything else is removed`,
        cause,
      },
    );
  }
}
