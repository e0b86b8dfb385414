/** `gefyra apply`: makes the apps and bridges of a connection what a project's file says, and touches no others. */
import type { GefyraBridge } from "../api/bridge.ts";
import { changeApps } from "../app/lifecycle.ts";
import { removeApps } from "../app/remove.ts";
import { createApp, type RunOptions, type RunTools, startApp } from "../app/run.ts";
import { createBridge } from "../bridge/create.ts";
import { closingEnds } from "../bridge/local-ends.ts";
import { removeBridge } from "../bridge/remove.ts";
import type { BridgeOptions } from "../bridge/validate.ts";
import { visibleBridges } from "../bridge/visible.ts";
import { type Connection, connectionLabels } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { operatorRuns } from "../install/operator-state.ts";
import { APPLIED_LABEL } from "../names.ts";
import { appChange, type AppFound, bridgeChange, type Change } from "./changes.ts";

export interface WantedApp {
  name: string;
  /** Of what the file says of it. */
  hash: string;
  /** Reads what it takes from the cluster. */
  options: () => Promise<RunOptions>;
}

export interface Project {
  file: string;
  apps: WantedApp[];
  bridges: BridgeOptions[];
}

export interface Applied {
  apps: { name: string; change: Change }[];
  bridges: { name: string; namespace: string; change: Change }[];
}

/** Checks first that nothing is in the way; apps come before their bridges. */
export async function applyProject(
  tools: RunTools,
  connection: Connection,
  project: Project,
): Promise<Applied> {
  const { cluster, engine } = tools;
  const [apps, { bridges: existing }] = await Promise.all([
    appsOf(engine, connection),
    visibleBridges(cluster, connection),
  ]);
  const changes = project.apps.map((app) => ({ app, change: ownChange(project, app, apps) }));
  const bridges = project.bridges.map((wanted) => {
    const replaced = changes.some(({ app, change }) => change === "replace" && app.name === wanted.app);
    const found = existing.find((one) => isNamed(one, wanted));
    return { wanted, found, change: bridgeChange(wanted, found, replaced) };
  });
  for (const { app, change } of changes) if (change === "replace") refuseOthers(project, app.name, existing);
  const operated = await operatorRuns(cluster, connection.namespace);
  for (const { wanted, found, change } of bridges) {
    if (change !== "replace") continue;
    await tools.steps.step(
      `Removing bridge ${wanted.name}`,
      async () => {
        const ended = { bridges: [found!], others: existing.filter((one) => one !== found) };
        await closingEnds(engine, connection, ended, () => removeBridge(cluster, found!, operated));
      },
    );
  }
  for (const { app, change } of changes) await changeApp(tools, connection, app, change);
  for (const { wanted, change } of bridges) {
    if (change !== "none") await createBridge(tools, connection, wanted);
  }
  return {
    apps: changes.map(({ app, change }) => ({ name: app.name, change })),
    bridges: bridges.map(({ wanted: { name, namespace }, change }) => ({ name, namespace, change })),
  };
}

export async function appsOf(engine: Engine, { name }: Connection): Promise<AppFound[]> {
  const containers = await engine.containers(connectionLabels(name, "app"));
  return containers.map(({ name, state, labels }) => ({ name, state, applied: labels[APPLIED_LABEL] }));
}

export const isNamed = ({ metadata }: GefyraBridge, { name, namespace }: BridgeOptions): boolean =>
  metadata?.name === name && metadata.namespace === namespace;

function ownChange({ file }: Project, { name, hash }: WantedApp, apps: AppFound[]): Change {
  const change = appChange(hash, apps.find((one) => one.name === name));
  if (change) return change;
  throw new GefyraError(
    "app-not-applied",
    `Cannot apply app "${name}" of ${file}: \`gefyra run\` created one with this name`,
    {
      exit: "conflict",
      hint: `remove it (\`gefyra rm --force ${name}\`), or choose another name in the file`,
    },
  );
}

/** A bridge that the file does not name keeps its app. */
export function refuseOthers({ file, bridges }: Project, app: string, existing: GefyraBridge[]): void {
  const others = existing.filter((one) =>
    one.spec.destination.name === app && !bridges.some((own) => isNamed(one, own))
  );
  if (others.length === 0) return;
  const names = others.map(({ metadata }) => metadata?.name).join(", ");
  throw new GefyraError(
    "app-in-use",
    `Cannot remove app "${app}": ${names} leads to it, which ${file} does not name`,
    {
      exit: "conflict",
      hint: `remove it first: \`gefyra unbridge --name ${others[0]?.metadata?.name}\``,
    },
  );
}

async function changeApp(
  tools: RunTools,
  connection: Connection,
  app: WantedApp,
  change: Change,
): Promise<void> {
  const { engine, steps } = tools;
  const connected = (work: () => Promise<void>) =>
    whileConnected(engine, connection, { command: "apply", steps }, work);
  if (change === "start") {
    return await connected(() => changeApps(engine, connection, [app.name], { change: "start" }));
  }
  if (change === "none") return;
  const options = await app.options();
  if (change === "replace") {
    await connected(async () => void await removeApps(tools, connection, [app.name], { force: true }));
  }
  const labels = { ...options.labels, [APPLIED_LABEL]: app.hash };
  await startApp(engine, await createApp(tools, connection, { ...options, labels }));
}
