/** `gefyra attach`: a container that Gefyra did not start gets what an app container has. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { checkObjectName } from "../../api/object-names.ts";
import type { Connection } from "../../connection/connection.ts";
import { withLock } from "../../connection/lock.ts";
import { onlyCluster } from "../../connection/ranges.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { requireImage } from "../../docker/images.ts";
import { imageOf } from "../../images.ts";
import { waitFor } from "../../wait.ts";
import { requireNamespace } from "../../kube/namespaces.ts";
import { ATTACHED_LABEL, CONNECTION_LABEL, STOWAWAY_TUNNEL_ADDRESS } from "../../names.ts";
import { clientOf, domainOf, type RunTools } from "../run.ts";
import { attachedApps } from "./attached.ts";
import { attachHelper, attachHelperOf, sameHelper } from "./helper.ts";
import { joinNetwork, missing, refuse } from "./join.ts";
import { nameOf, overlapNotes } from "./refusals.ts";
import { undoAttach } from "./undo.ts";

export interface AttachOptions {
  /** Any that Docker knows. */
  name: string;
  /** Whose names the container sees. */
  namespace: string;
}

export interface Attached {
  /** Of the container. */
  name: string;
  /** What of the cluster it does not reach. */
  notes: string[];
}

/** Waits until the container runs: an IDE's first command comes before its container. `timeout`: milliseconds. */
export async function awaitRunning(
  { engine, steps }: Pick<RunTools, "engine" | "steps">,
  name: string,
  timeout: number,
): Promise<void> {
  const running = async () => (await engine.inspect(name))?.State.Status === "running";
  if (timeout === 0 || await running()) return;
  const what = `container "${name}" to run`;
  await steps.step(`Waiting for ${what}`, () => waitFor(running, { what, timeout, interval: 500 }));
}

/**
 * A container that is attached already stays as it is, also if another command attaches it at this moment: one waits for
 * the other.
 */
export async function attachContainer(
  tools: RunTools,
  connection: Connection,
  options: AttachOptions,
): Promise<Attached> {
  const { Id } = await tools.engine.inspect(options.name) ?? missing(options.name);
  const lock = { command: "attach", steps: tools.steps };
  return await withLock(`container-${Id.slice(0, 12)}`, lock, () => attachAlone(tools, connection, options));
}

async function attachAlone(
  { engine, cluster, steps }: RunTools,
  connection: Connection,
  { name: wanted, namespace }: AttachOptions,
): Promise<Attached> {
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
    const own = Object.keys(container.NetworkSettings.Networks);
    const networks = (await engine.allNetworks()).filter((one) => own.includes(one.name));
    const attached = { name, notes: overlapNotes(name, networks, routes) };
    const helper = await helperFor(engine, connection, attachment);
    if (helper && await serves(engine, connection, name, helper, helperWith(undefined))) {
      note("is attached already");
      return attached;
    }
    if (helper) await undoAttach(engine, helper);
    const bridged = client.status?.apps ?? [];
    const address = await joinNetwork(engine, connection, { name: id, bridged, helperWith });
    note(`${name} at ${address}, as a pod of namespace ${namespace}`);
    return attached;
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
