/** How large what one downloads is, in MB (10⁶ bytes). */
import { defaultImages, imageOf, type Part, parts } from "../../lib/images.ts";
import { bundle } from "../bundle.ts";
import { portable } from "../compile/portable.ts";
import { once, run } from "./commands.ts";

const MB = 1e6;
const BASE = "debian:trixie-slim";
/** Everything that a cluster and a developer's machine get. */
const delivered = parts.filter((part) => part !== "lab");

async function sizeOf(image: string): Promise<number> {
  return Number((await run("docker", ["image", "inspect", "--format", "{{.Size}}", image])).stdout) / MB;
}

/** Of a part of Gefyra, without its base image. */
export async function beyondBase(part: Part): Promise<number> {
  return await sizeOf(imageOf(part, defaultImages)) - await sizeOf(BASE);
}

/** Of several images; `docker save` writes a layer that they share once. */
export async function together(): Promise<number> {
  const images = delivered.map((part) => imageOf(part, defaultImages));
  const child = new Deno.Command("docker", { args: ["save", ...images], stdin: "null", stdout: "piped" })
    .spawn();
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += chunk.length;
  if (!(await child.status).success) throw new Error(`docker save ${images.join(" ")} failed`);
  return bytes / MB;
}

/** A file with the portable program of this platform. It stays until the bench ends. */
export const portableFile = once(async () => {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-bench-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const file = `${folder}/gefyra`;
  await portable(await bundle(`${folder}/bundle`), file);
  return file;
});

export async function portableSize(): Promise<number> {
  return (await Deno.stat(await portableFile())).size / MB;
}
