/** The portable program: one executable for this platform with Deno and the bundle in it (scripts/launcher). */
import { runFlags } from "../bundle.ts";
import { filesIn, sha256 } from "../images/content.ts";
import { buildProgram } from "../images/golang.ts";
import { type ArchiveFile, tarGz } from "./archive.ts";

const launcher = { name: "launcher", module: "scripts/launcher" };

/** Writes it to `file`. `entry`: the bundle's first file. */
export async function portable(entry: string, file: string): Promise<void> {
  const started = await Deno.readFile(await buildProgram(launcher, (line) => console.error(line)));
  const payload = await tarGz(await payloadOf(entry));
  const parts = [started, payload, new TextEncoder().encode(trailer(await sha256(payload), payload.length))];
  await Deno.writeFile(file, await new Blob(parts as BlobPart[]).bytes(), { mode: 0o755 });
  await Deno.chmod(file, 0o755);
}

/** scripts/launcher/payload.go reads it. */
export const trailer = (digest: string, size: number) => digest + String(size).padStart(16, "0");

async function payloadOf(entry: string): Promise<ArchiveFile[]> {
  const folder = entry.slice(0, entry.lastIndexOf("/"));
  const program = (await filesIn(folder)).map(async (name) => ({
    name: `program/${name}`,
    content: await Deno.readFile(`${folder}/${name}`),
  }));
  return [
    { name: "deno", content: await Deno.readFile(Deno.execPath()), executable: true },
    { name: "arguments", content: new TextEncoder().encode(runFlags.join("\n")) },
    ...await Promise.all(program),
  ];
}
