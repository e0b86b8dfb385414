/** Puts synced files into an app container that is about to be created. */
// @ts-types="@types/dockerode"
import type { ContainerCreateOptions } from "dockerode";
import { pack } from "tar-stream";
import { Buffer } from "node:buffer";
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
  const tar = pack();
  for (const { at, to } of links) tar.entry({ name: at.slice(1), type: "symlink", linkname: to });
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  await engine.put(container, "/", Buffer.concat(chunks));
}
