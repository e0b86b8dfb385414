/** Gefyra as the provider of a Compose service: Compose asks for it to be up or down, and Gefyra makes the container. */
import { mergeEnvironment } from "../../app/env/merge.ts";
import { overridden } from "../../app/like/like.ts";
import { takenPaths } from "../../app/like/volumes.ts";
import { removeApps } from "../../app/remove.ts";
import { createApp, type RunOptions, type RunTools, startApp } from "../../app/run.ts";
import { type Connection, connectionLabels } from "../../connection/connection.ts";
import type { Engine } from "../../docker/engine.ts";
import { canonical } from "../../canonical.ts";
import { messageOf } from "../../errors.ts";
import { uninterrupted } from "../../interruption.ts";
import { sha256 } from "../../sha256.ts";
import { COMPOSE_OPTIONS_LABEL, COMPOSE_PROJECT_LABEL, COMPOSE_SERVICE_LABEL } from "../../names.ts";
import { bridgeService, unbridgeServices } from "../bridges.ts";
import { defaultNetwork } from "../labels.ts";
import { containerName } from "../model.ts";
import { type ReadService, readService } from "../read.ts";
import { parseProvider, type ProviderOptions } from "./options.ts";

export interface ProviderService {
  project: string;
  service: string;
}

/** Variables for the services that depend on it. */
type Variables = Record<string, string>;

/**
 * As often as one likes: a container that runs with the same options stays. What it has made is gone if it fails. `say`
 * receives notes for the user.
 */
export async function providerUp(
  tools: RunTools,
  connection: Connection,
  wanted: ProviderService,
  { texts, say }: { texts: Record<string, string[]>; say: (note: string) => void },
): Promise<Variables> {
  const { engine, steps } = tools;
  const options = parseProvider(wanted, texts);
  const read = await readService(tools, options.settings, takenPaths(options, [], []));
  for (const note of read.notes) say(note);
  const name = containerName(wanted.project, wanted.service), digest = digestOf(texts);
  const existing = await find(engine, connection, wanted);
  const same = existing?.state === "running" && existing.labels[COMPOSE_OPTIONS_LABEL] === digest;
  const remove = () => removeApps(tools, connection, [name], { force: true });
  if (existing && !same) { for (const note of await remove()) say(note); }
  const network = await defaultNetwork(engine, wanted.project);
  try {
    if (!same) {
      const labels = {
        [COMPOSE_PROJECT_LABEL]: wanted.project,
        [COMPOSE_SERVICE_LABEL]: wanted.service,
        [COMPOSE_OPTIONS_LABEL]: digest,
      };
      const app = await createApp(tools, connection, runOptions(name, { options, read, labels }));
      // Before its start: it may ask for other services at once.
      if (network) await engine.connect(network, app.id, { aliases: [wanted.service] });
      await startApp(engine, app);
    }
    const { bridge } = read, { namespace } = options.settings;
    if (bridge) {
      const notes = await bridgeService(tools, connection, { app: name, namespace, bridge });
      for (const note of notes) say(note);
    }
  } catch (error) {
    if (!same && await find(engine, connection, wanted)) {
      await uninterrupted(remove).catch((undoing) =>
        steps.debug(`Cannot remove ${name} again: ${messageOf(undoing)}`)
      );
    }
    throw error;
  }
  return network ? { HOST: wanted.service } : {};
}

/** Nothing to do is no failure. `connected` is absent if this machine is not connected: then nothing is left. */
export async function providerDown(
  tools: Omit<RunTools, "cluster">,
  connected: { cluster: RunTools["cluster"]; connection: Connection } | undefined,
  service: ProviderService,
): Promise<string[]> {
  if (!connected) return [];
  const { cluster, connection } = connected, all = { ...tools, cluster };
  const name = containerName(service.project, service.service);
  if (!await find(tools.engine, connection, service)) return await unbridgeServices(all, connection, [name]);
  return await removeApps(all, connection, [name], { force: true });
}

async function find(engine: Engine, { name }: Connection, { project, service }: ProviderService) {
  const [container] = await engine.containers({
    ...connectionLabels(name, "app"),
    [COMPOSE_PROJECT_LABEL]: project,
    [COMPOSE_SERVICE_LABEL]: service,
  });
  return container;
}

/** Compose hands options over in any order. */
const digestOf = (texts: Record<string, string[]>): string => sha256(canonical(texts));

function runOptions(
  name: string,
  { options, read: { like, taken }, labels }: {
    options: ProviderOptions;
    read: ReadService;
    labels: Record<string, string>;
  },
): RunOptions {
  const { settings, image, command, env, volumes, publish } = options;
  return {
    ...overridden(like?.options ?? {}, { command, volumes }, taken),
    ...{ name, labels, volumes, publish, namespace: settings.namespace, files: settings.files },
    image: image ?? like?.options.image ?? "",
    env: mergeEnvironment({ from: like ? [like.variables] : [], files: [], own: env }),
    ...{ remove: false, pull: "missing" },
  };
}
