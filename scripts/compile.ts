/**
 * deno task compile [--target NAME]… [--out FOLDER] [--bundle | --portable]
 *
 * Compiles the program for all targets, or for the named ones, and writes one archive each and their SHA-256 sums.
 * Deno fetches `denort`, its runtime for compiled programs, from dl.deno.land; DENORT_BIN names a file to use instead.
 * --portable packs this machine's own Deno instead, into one executable for this platform. --bundle writes a folder of
 * JavaScript files, which any Deno runs. Nothing is fetched for these two.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { archiveName } from "../lib/release/facts.ts";
import { bundle } from "./bundle.ts";
import { type ArchiveFile, tarGz, zip } from "./compile/archive.ts";
import { contents, gitRevision } from "./compile/contents.ts";
import { portable } from "./compile/portable.ts";
import { compileFor } from "./compile/program.ts";
import { chosenTargets, hostTarget, type Target } from "./compile/targets.ts";
import { sha256 } from "./images/content.ts";

interface Build {
  revision: string;
  /** The bundle's first file. */
  entry: string;
  /** A folder that is removed afterwards. */
  work: string;
  out: string;
}

async function compileAll(chosen: Target[], { revision, entry, work, out }: Build): Promise<void> {
  const rest = await contents(revision);
  const names: string[] = [];
  for (const target of chosen) {
    console.error(`Compiling for ${target.name}`);
    const files: ArchiveFile[] = [await compileFor(target, entry, work), ...rest];
    const name = archiveName(VERSION, target.name);
    await Deno.writeFile(`${out}/${name}`, target.windows ? zip(files) : await tarGz(files));
    names.push(name);
  }
  await Deno.writeFile(
    `${out}/gefyra.cdx.json`,
    rest.find(({ name }) => name === "gefyra.cdx.json")!.content,
  );
  await publish(out, [...names, "gefyra.cdx.json"]);
}

async function makePortable({ entry, out }: Build): Promise<void> {
  const target = hostTarget();
  if (!target || target.windows) {
    throw new Error(`Cannot make a portable program for ${Deno.build.target}: only for Linux and macOS`);
  }
  const name = `gefyra-${VERSION}-portable-${target.name}`;
  await portable(entry, `${out}/${name}`);
  await publish(out, [name]);
}

/** Adds to the sums of an earlier call. */
async function publish(out: string, names: string[]): Promise<void> {
  const file = `${out}/SHA256SUMS`;
  const earlier = await Deno.readTextFile(file).catch(() => "");
  await Deno.writeTextFile(file, withSums(earlier, await sums(out, names)));
  for (const name of [...names, "SHA256SUMS"]) console.log(`${out}/${name}`);
}

/** In the format of `sha256sum --check`. */
export async function sums(folder: string, names: string[]): Promise<string> {
  const lines = names.map(async (name) =>
    `${await sha256(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`
  );
  return (await Promise.all(lines)).join("");
}

/** Pure. A name has the sum that was made last. */
export function withSums(earlier: string, added: string): string {
  const byName = [earlier, added].join("").split("\n").filter(Boolean).map((line) => [line.slice(66), line]);
  return Object.values(Object.fromEntries(byName)).map((line) => `${line}\n`).join("");
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: "dist" },
      bundle: { type: "boolean", default: false },
      portable: { type: "boolean", default: false },
    },
  });
  const { out } = values, chosen = chosenTargets(values.target);
  await Deno.mkdir(out, { recursive: true });
  const revision = await gitRevision();
  if (values.bundle) return console.log(await bundle(`${out}/gefyra`, { revision }));
  const work = await Deno.makeTempDir({ prefix: "gefyra-compile-" });
  try {
    const build = { revision, entry: await bundle(`${work}/program`, { revision }), work, out };
    await (values.portable ? makePortable(build) : compileAll(chosen, build));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    await main(Deno.args);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
