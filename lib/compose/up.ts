/** `gefyra compose up`: Compose creates the containers, with Gefyra's part in them; the bridges come last. */
import { plannedAddresses } from "../app/address.ts";
import { clientOf, domainOf, type RunTools } from "../app/run.ts";
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import { GefyraError, messageOf, withHint } from "../errors.ts";
import { putLinks } from "../files/in-app.ts";
import { uninterrupted } from "../interruption.ts";
import { requireNamespace } from "../kube/namespaces.ts";
import { withApps } from "./apply.ts";
import { bridgeService, removeStale } from "./bridges.ts";
import { type ComposeFiles, readProject, runCompose } from "./docker-compose.ts";
import { downProject } from "./down.ts";
import { projectContainers } from "./labels.ts";
import { type ComposeModel, type GefyraService, gefyraServices, mountedPaths } from "./model.ts";
import { type AppContext, prepareApp, type PreparedApp } from "./prepare.ts";
import { type ReadService, readService } from "./read.ts";

export interface UpOptions {
  files: ComposeFiles;
  /** Empty: all. */
  services: string[];
  build: boolean;
  quiet: boolean;
}

export interface ComposeUp {
  project: string;
  /** The containers that are apps now. */
  apps: string[];
  notes: string[];
}

interface Wanted {
  model: ComposeModel;
  services: (GefyraService & { read: ReadService })[];
}

/** What it has made is taken down again if it fails; what was there before stays. */
export async function composeUp(
  tools: RunTools,
  connection: Connection,
  options: UpOptions,
): Promise<ComposeUp> {
  const { engine, cluster, steps } = tools;
  const model = await readProject(options.files, options.services);
  const found = gefyraServices(model);
  await Promise.all(found.map(({ settings }) => requireNamespace(cluster, settings.namespace)));
  const services = await Promise.all(
    found.map(async (one) => {
      const mounted = mountedPaths(model.services[one.service]);
      return { ...one, read: await readService(tools, one.settings, mounted) };
    }),
  );
  const before = await projectContainers(engine, model.name);
  const notes = services.flatMap(({ service, read }) => read.notes.map((note) => `${service}: ${note}`));
  try {
    const apps = await whileConnected(
      engine,
      connection,
      { command: "compose", steps },
      () => start(tools, connection, { model, services }, options),
    );
    const targets = services.map(({ container, read }) => ({
      app: container,
      target: read.bridge?.target.name,
    }));
    await removeStale(tools, connection, targets);
    for (const { container: app, settings: { namespace }, read: { bridge } } of services) {
      if (bridge) notes.push(...await bridgeService(tools, connection, { app, namespace, bridge }));
    }
    return { project: model.name, apps: apps.map(({ container }) => container), notes };
  } catch (error) {
    throw await uninterrupted(() =>
      undone(tools, connection, { files: options.files, model, services, before }, error)
    );
  }
}

/** Returns the error to throw: the first one, which says what became of the project. */
async function undone(
  tools: RunTools,
  connection: Connection,
  what: Undo,
  error: unknown,
): Promise<unknown> {
  const hint = (text: string) => error instanceof GefyraError ? withHint(error, text) : error;
  try {
    return await undo(tools, connection, what) ? hint("what was started is removed again") : error;
  } catch (undoing) {
    tools.steps.debug(`Cannot take the project down again: ${messageOf(undoing)}`);
    return hint("something is left: `gefyra compose down` removes it");
  }
}

interface Undo extends Wanted {
  files: ComposeFiles;
  /** The containers that the project had. */
  before: { service: string }[];
}

/** The whole project, if it had no container; else those of its apps that are new. False if there is nothing. */
async function undo(
  { engine, cluster, steps }: RunTools,
  connection: Connection,
  { files, model, services, before }: Undo,
): Promise<boolean> {
  const existed = new Set(before.map(({ service }) => service));
  const made = services.filter(({ service }) => !existed.has(service));
  if (made.length === 0) return false;
  await downProject({ engine, steps }, { cluster, connection }, {
    ...{ files, model, quiet: true },
    services: before.length ? made.map(({ service }) => service) : [],
    apps: made.map(({ container }) => container),
  });
  return true;
}

/** While Compose builds and pulls, another command may take an address. */
async function start(
  tools: RunTools,
  connection: Connection,
  wanted: Wanted,
  options: UpOptions,
): Promise<PreparedApp[]> {
  const client = await clientOf(tools.cluster, connection);
  const names = wanted.services.map(({ container }) => container);
  const plan = async () =>
    await plannedAddresses(tools.engine, connection, { names, bridged: client.status?.apps ?? [] });
  for (let tries = 1;; tries++) {
    const addresses = await plan();
    const context = { connection, domain: domainOf(client), addresses };
    try {
      return await startAt(tools, context, wanted, options);
    } catch (error) {
      const now = await plan();
      if (tries === 3 || names.every((name) => now.get(name) === addresses.get(name))) throw error;
    }
  }
}

async function startAt(
  tools: RunTools,
  context: AppContext,
  { model, services }: Wanted,
  { files, build, quiet, services: named }: UpOptions,
): Promise<PreparedApp[]> {
  const apps: PreparedApp[] = [];
  for (const { read, ...service } of services) {
    const own = model.services[service.service] ?? {};
    apps.push(await prepareApp(tools, context, service, { read, own }));
  }
  const changed = withApps(model, context.connection.network, apps);
  const run = (...args: string[]) => runCompose(files, [...args, ...named], { model: changed, quiet });
  const linked = apps.filter((app) => app.files?.links.length);
  if (linked.length) {
    await run("up", "--no-start", ...build ? ["--build"] : []);
    for (const { container, files } of linked) await putLinks(tools.engine, container, files!);
  }
  await run("up", "--detach", ...build && !linked.length ? ["--build"] : []);
  return apps;
}
