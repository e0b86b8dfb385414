/** Takes the program out of an archive, and puts it in the place of another. */
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import { extract } from "tar-stream";
import { GefyraError, messageOf } from "../errors.ts";

/** `name` tells the kind of archive. Throws where the archive has no program. */
export async function programIn(archive: Uint8Array, name: string): Promise<Uint8Array> {
  const content = name.endsWith(".zip")
    ? unzipSync(archive, { filter: (file) => file.name === "gefyra.exe" })["gefyra.exe"]
    : await tarEntry(gunzipSync(archive), "gefyra");
  if (content && content.length > 0) return content;
  throw new GefyraError("release-unreadable", `Cannot upgrade: ${name} has no program`, {
    hint: "look at the release's page, or download another version",
  });
}

async function tarEntry(tar: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  const reader = extract();
  reader.end(Buffer.from(tar));
  let found: Uint8Array | undefined;
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    if (entry.header.name === name) found = Buffer.concat(chunks);
  }
  return found;
}

/** In one step, also while the program runs: there is the old file or the new one, never a part. */
export async function replaceProgram(file: string, content: Uint8Array, os = Deno.build.os): Promise<void> {
  const next = `${file}.new-${Deno.pid}`;
  try {
    await Deno.writeFile(next, content, { mode: 0o755 });
    // Windows renames a running program, and does not let go of its name otherwise.
    if (os === "windows") await moveAway(file);
    await Deno.rename(next, file);
  } catch (cause) {
    await Deno.remove(next).catch(() => {});
    throw new GefyraError("upgrade-denied", `Cannot upgrade ${file}: ${messageOf(cause)}`, {
      exit: "forbidden",
      hint: "run it as a user who may write to that folder, or install into a folder of your own",
      cause,
    });
  }
}

async function moveAway(file: string): Promise<void> {
  const old = `${file}.old`;
  await Deno.remove(old).catch(() => {});
  await Deno.rename(file, old);
}
