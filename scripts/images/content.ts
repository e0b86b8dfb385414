/** Content addresses: an image or a binary is built again only if one of its inputs has changed. */

export interface Entry {
  /** Its path in the build context, with `/`. */
  path: string;
  /** The digest of its bytes, or of its inputs. */
  digest: string;
}

/** One SHA-256 in hex over all entries, independent of their order. */
export async function contentOf(entries: Entry[]): Promise<string> {
  const lines = entries.map(({ path, digest }) => `${digest}  ${path}\n`).sort();
  return await sha256(new TextEncoder().encode(lines.join("")));
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Every file under a folder, sorted, without tests and prose, which change no image. */
export async function filesIn(folder: string, skip: readonly string[] = []): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (skip.includes(name) || /([._]test\.\w+|\.md)$/.test(name)) continue;
    if (isDirectory) files.push(...(await filesIn(`${folder}/${name}`)).map((file) => `${name}/${file}`));
    else files.push(name);
  }
  return files.sort();
}

/** A file's entry, including its executable bit, which is part of the image. */
export async function fileEntry(file: string, path: string): Promise<Entry> {
  const [bytes, { mode }] = await Promise.all([Deno.readFile(file), Deno.stat(file)]);
  return { path: (mode ?? 0) & 0o100 ? `${path} (executable)` : path, digest: await sha256(bytes) };
}
