/** `gefyra compose down`: takes down the bridges of a project, then its containers, and nothing of others. */
import { removeHelper } from "../files/helper.ts";
import type { RunTools } from "../app/run.ts";
import type { Connection } from "../connection/connection.ts";
import { unbridgeServices } from "./bridges.ts";
import { type ComposeFiles, readProject, runCompose } from "./docker-compose.ts";
import { appNames, type ComposeModel, withImages } from "./model.ts";

type DownTools = Omit<RunTools, "cluster">;
/** Absent: this machine is not connected, so there are no bridges. */
type Connected = { cluster: RunTools["cluster"]; connection: Connection } | undefined;

export interface Project {
  model: ComposeModel;
  files: ComposeFiles;
  quiet: boolean;
  /** Empty: all, with the project's networks. */
  services: string[];
  /** Containers of those services that are apps. */
  apps: string[];
}

/** Returns what is left to do, or could not be seen. */
export async function composeDown(
  tools: DownTools,
  connected: Connected,
  { files, services, quiet }: Pick<Project, "files" | "services" | "quiet">,
): Promise<{ project: string; notes: string[] }> {
  const model = await readProject(files, services);
  const apps = appNames(model).filter(({ service }) => !services.length || services.includes(service));
  const notes = await downProject(tools, connected, {
    ...{ model, files, services, quiet },
    apps: apps.map(({ container }) => container),
  });
  return { project: model.name, notes };
}

/** The originals serve before the containers end. */
export async function downProject(
  { engine, steps }: DownTools,
  connected: Connected,
  { model, files, services, apps, quiet }: Project,
): Promise<string[]> {
  const notes = connected && apps.length
    ? await unbridgeServices({ cluster: connected.cluster, steps }, connected.connection, apps)
    : [];
  await runCompose(files, ["down", ...services], { model: withImages(model), quiet });
  for (const app of apps) await removeHelper(engine, app);
  return notes;
}
