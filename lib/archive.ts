import { pack } from "tar-stream";
import { Buffer } from "node:buffer";

/**
 * A tar of small text files by name, used to pass desired state to a container on stdin. Without an owner the files are
 * root's.
 */
export async function archive(
  files: Record<string, string>,
  owner: { uid?: number; gid?: number } = {},
): Promise<Uint8Array> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mode: 0o600, ...owner }, content);
  return await finished(tar);
}

/** A tar of symbolic links: absolute path → what it points to. */
export async function linkArchive(links: Record<string, string>): Promise<Uint8Array> {
  const tar = pack();
  for (const [at, linkname] of Object.entries(links)) {
    tar.entry({ name: at.slice(1), type: "symlink", linkname });
  }
  return await finished(tar);
}

async function finished(tar: ReturnType<typeof pack>): Promise<Uint8Array> {
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
