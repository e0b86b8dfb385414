/** The files of an app that is there and is to have the same again. */
// @ts-types="@types/dockerode"
import type { ContainerInspectInfo } from "dockerode";
import type { Engine } from "../docker/engine.ts";
import { FILES_LABEL } from "../names.ts";
import { type AppFiles, appFiles, fileFolder, helperOf, statusOf } from "./helper.ts";
import type { Share } from "./plan.ts";

/**
 * What the app has already, while its helper follows the pod. Another helper would be another ephemeral container in the
 * pod, which nobody can remove.
 */
export async function keptFiles(
  engine: Engine,
  app: string,
  { shares, description }: { shares: Share[]; description: string },
): Promise<AppFiles | undefined> {
  const [helper, container] = await Promise.all([engine.inspect(helperOf(app)), engine.inspect(app)]);
  if (!container || !helper?.State.Running || helper.Config.Labels[FILES_LABEL] !== description) {
    return undefined;
  }
  const status = await statusOf(engine, app).catch(() => undefined);
  if (shares.length && !status?.connected) return undefined;
  return appFiles(app, shares, { shares: kindsIn(shares, container.Mounts) });
}

/** A file is in a folder of its own. Pure. */
export function kindsIn(
  shares: Pick<Share, "name">[],
  mounts: Pick<ContainerInspectInfo["Mounts"][number], "Destination">[],
) {
  return shares.map(({ name }) => {
    const isFile = mounts.some(({ Destination }) => Destination === fileFolder(name));
    return { name, kind: isFile ? "file" as const : "directory" as const };
  });
}
