/** `gefyra delete`: removes what a project's file names, and nothing else. */
import { listApps } from "../app/apps.ts";
import { removeApps } from "../app/remove.ts";
import type { RunTools } from "../app/run.ts";
import { removeBridge } from "../bridge/remove.ts";
import { closingEnds } from "../bridge/local-ends.ts";
import { visibleBridges } from "../bridge/visible.ts";
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import { operatorRuns } from "../install/operator-state.ts";
import { appsOf, isNamed, type Project, refuseOthers } from "./apply.ts";

/** The bridges first, so that the originals serve. Returns their names and the apps'. */
export async function deleteProject(
  tools: RunTools,
  connection: Connection,
  project: Project,
): Promise<{ apps: string[]; bridges: string[]; notes: string[] }> {
  const { engine, cluster, steps } = tools;
  const [apps, { bridges: existing }] = await Promise.all([
    appsOf(engine, connection),
    visibleBridges(cluster, connection),
  ]);
  const found = apps.filter(({ name, applied }) =>
    applied !== undefined && project.apps.some((own) => own.name === name)
  );
  for (const { name } of found) refuseOthers(project, name, existing);
  const bridges = existing.filter((one) => project.bridges.some((own) => isNamed(one, own)));
  const notes: string[] = [];
  await whileConnected(engine, connection, { command: "delete", steps }, async () => {
    const operated = await operatorRuns(cluster, connection.namespace);
    await Promise.all(
      bridges.map((bridge) =>
        steps.step(`Removing bridge ${bridge.metadata?.name}`, async () => {
          const ended = { bridges: [bridge], others: existing.filter((one) => !bridges.includes(one)) };
          const remove = () => removeBridge(cluster, bridge, operated);
          const { result: pending } = await closingEnds(engine, connection, ended, remove);
          if (pending) notes.push(pending);
        })
      ),
    );
    if (found.length === 0) return;
    notes.push(...await removeApps(tools, connection, found.map(({ name }) => name), { force: true }));
  });
  return {
    apps: found.map(({ name }) => name),
    bridges: bridges.map(({ metadata }) => metadata?.name ?? ""),
    notes,
  };
}

/** What still uses a connection, for people: `app "x", bridge "y"`; empty if nothing does. */
export async function usesOf(
  { engine, cluster }: Omit<RunTools, "steps">,
  connection: Connection,
): Promise<string[]> {
  const [apps, { bridges }] = await Promise.all([
    listApps(engine, connection),
    visibleBridges(cluster, connection),
  ]);
  return [
    ...apps.map(({ name }) => `app "${name}"`),
    ...bridges.map(({ metadata }) => `bridge "${metadata?.name}"`),
  ];
}
