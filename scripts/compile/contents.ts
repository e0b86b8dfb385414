/** What every archive has beside the program. */
import { manifests } from "../../lib/config/manifests.ts";
import { defaultImages } from "../../lib/images.ts";
import { NAMESPACE, VERSION } from "../../lib/names.ts";
import { stringify } from "yaml";
import { output } from "../images/command.ts";
import type { ArchiveFile } from "./archive.ts";
import { manPages } from "./man.ts";
import { sbom } from "./sbom.ts";

/** A release writes the images' digests into it, which belong to no commit. */
const WRITTEN = "lib/image-digests.json";

/** The git revision of the current folder; `-dirty` where a file was changed since. */
export async function gitRevision(): Promise<string> {
  const revision = await output("git", ["rev-parse", "HEAD"]);
  const status = ["status", "--porcelain", "--untracked-files=no", "--", ".", `:!${WRITTEN}`];
  return await output("git", status) ? `${revision}-dirty` : revision;
}

/**
 * Licence, readme, manual pages, the manifests that `gefyra up` applies, what it was built from, and the bill of
 * materials.
 */
export async function contents(revision: string): Promise<ArchiveFile[]> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const objects = JSON.parse(JSON.stringify(manifests({ namespace: NAMESPACE, images: defaultImages })));
  const texts: Record<string, string> = {
    "LICENSE": await Deno.readTextFile("LICENSE"),
    "README.md": await Deno.readTextFile("README.md"),
    "build.json": json({ version: VERSION, revision, deno: Deno.version.deno }),
    "gefyra.cdx.json": json(await sbom(VERSION)),
    "manifests.yaml": objects.map((one: unknown) => stringify(one)).join("---\n"),
  };
  for (const [name, page] of Object.entries(await manPages(VERSION))) texts[`man/${name}`] = page;
  return Object.entries(texts).map(([name, text]) => ({ name, content: new TextEncoder().encode(text) }));
}
