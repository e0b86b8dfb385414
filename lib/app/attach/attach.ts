/** `gefyra attach`: a container that Gefyra did not start gets what an app container has. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { checkObjectName } from "../../api/object-names.ts";
import type { Connection } from "../../connection/connection.ts";
import { onlyCluster } from "../../connection/ranges.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { requireImage } from "../../docker/images.ts";
import { imageOf } from "../../images.ts";
import { requireNamespace } from "../../kube/namespaces.ts";
import { ATTACHED_LABEL, CONNECTION_LABEL, STOWAWAY_TUNNEL_ADDRESS } from "../../names.ts";
import { clientOf, domainOf, type RunTools } from "../run.ts";
import { attachedApps } from "./attached.ts";
import { attachHelper, attachHelperOf, sameHelper } from "./helper.ts";
import { joinNetwork, missing, refuse } from "./join.ts";
import { nameOf } from "./refusals.ts";
import { undoAttach } from "./undo.ts";

/** Returns the container's name. `namespace`: whose names it sees. One that is attached already stays as it is. */
export async function attachContainer(
  { engine, cluster, steps }: RunTools,
  connection: Connection,
  { name: wanted, namespace }: { name: string; namespace: string },
): Promise<string> {
  return await steps.step(`Attaching ${wanted}`, async (note) => {
    checkObjectName("namespace", namespace);
    const container = await engine.inspect(wanted) ?? missing(wanted);
    const name = nameOf(container), id = container.Id;
    const image = imageOf("cargo");
    const [client] = await Promise.all([
      clientOf(cluster, connection),
      requireNamespace(cluster, namespace),
      requireImage(engine, image),
    ]);
    const routes = [`${STOWAWAY_TUNNEL_ADDRESS}/32`, ...await onlyCluster(cluster, client.status!.tunnel!)];
    const attachment = { id, name, namespace, domain: domainOf(client), routes };
    const helperWith = (gateway: string | undefined) =>
      attachHelper(connection, { ...attachment, gateway }, image);
    const helper = await helperFor(engine, connection, attachment);
    if (helper && await serves(engine, connection, name, helper, helperWith(undefined))) {
      note("is attached already");
      return name;
    }
    if (helper) await undoAttach(engine, helper);
    const bridged = client.status?.apps ?? [];
    const address = await joinNetwork(engine, connection, { name: id, bridged, helperWith });
    note(`${name} at ${address}, as a pod of namespace ${namespace}`);
    return name;
  });
}

/** Of this connection. A container that was created again has another id, and the helper of the one before. */
async function helperFor(
  engine: Engine,
  connection: Connection,
  { id, name }: { id: string; name: string },
): Promise<Container | undefined> {
  const helpers = await engine.containers({ [ATTACHED_LABEL]: "" });
  const found = helpers.find(({ labels }) => labels[ATTACHED_LABEL] === id) ??
    helpers.find((one) => one.name === attachHelperOf(name));
  const other = found?.labels[CONNECTION_LABEL];
  if (found && other !== connection.name) {
    const hint = `\`gefyra detach ${name} --connection ${other}\` first`;
    refuse(name, [{ state: `it is attached to connection "${other}"`, hint }]);
  }
  return found;
}

async function serves(
  engine: Engine,
  connection: Connection,
  name: string,
  helper: Container,
  wanted: ContainerCreateOptions,
): Promise<boolean> {
  const [apps, own] = await Promise.all([attachedApps(engine, connection), engine.inspect(helper.id)]);
  const app = apps.find((one) => one.name === name);
  return app?.state === "running" && !app.attached.lost &&
    sameHelper(own?.Config.Env ?? [], wanted.Env ?? []);
}
