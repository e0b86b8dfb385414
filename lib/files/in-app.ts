/** Puts synced files into an app container that is about to be created. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { linkArchive } from "../archive.ts";
import type { Engine } from "../docker/engine.ts";
import type { AppFiles } from "./helper.ts";

/** Pure. */
export function withFiles(options: ContainerCreateOptions, { mounts }: AppFiles): ContainerCreateOptions {
  const { HostConfig = {} } = options;
  return { ...options, HostConfig: { ...HostConfig, Mounts: [...HostConfig.Mounts ?? [], ...mounts] } };
}

/** Before the container's start. */
export async function putLinks(engine: Engine, container: string, { links }: AppFiles): Promise<void> {
  if (links.length === 0) return;
  await engine.put(
    container,
    "/",
    await linkArchive(Object.fromEntries(links.map(({ at, to }) => [at, to]))),
  );
}
