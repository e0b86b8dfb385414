/** `gefyra detach`: leaves attached containers as they were. */
import { bridgesOfApps, removeAll } from "../../bridge/of-apps.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { GefyraError } from "../../errors.ts";
import type { Cluster } from "../../kube/cluster.ts";
import { APP_LABEL, ATTACHED_LABEL } from "../../names.ts";
import { refuseInUse } from "../remove.ts";
import { attachHelpers } from "./attached.ts";
import { undoAttach } from "./undo.ts";

/**
 * `force`: their bridges first, so that the originals serve. Changes nothing if one is not attached. Returns what is left
 * to do or could not be seen.
 */
export async function detachContainers(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  connection: Connection,
  names: string[],
  { force }: { force: boolean },
): Promise<string[]> {
  const helpers = await attachHelpers(engine, connection.name);
  const found = await Promise.all([...new Set(names)].map(async (name) => {
    const id = (await engine.inspect(name))?.Id;
    return { name, helper: helpers.find((one) => isOf(one, name, id)) ?? notAttached(name, helpers) };
  }));
  const bridges = await bridgesOfApps(cluster, connection, names);
  if (!force) {
    // They may run: Gefyra does not stop them.
    refuseInUse(found.map(({ name }) => ({ name, state: "" })), bridges, {
      action: "detach",
      first: "unbridge",
    });
  }
  const notes = await removeAll(cluster, connection, bridges);
  for (const { helper } of found) await undoAttach(engine, helper);
  return notes;
}

/** By its id, because it may have another name now; one that is gone is known by its name. */
export const isOf = ({ labels }: Pick<Container, "labels">, name: string, id: string | undefined): boolean =>
  labels[ATTACHED_LABEL] === id || labels[APP_LABEL] === name;

function notAttached(name: string, helpers: Container[]): never {
  const others = helpers.map(({ labels }) => labels[APP_LABEL]).join(", ");
  throw new GefyraError("not-attached", `Cannot detach container "${name}": it is not attached`, {
    exit: "notFound",
    hint: others ? `choose one of: ${others}` : "`gefyra attach` attaches one",
  });
}
