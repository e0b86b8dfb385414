/**
 * deno task compile [--target NAME]… [--out FOLDER] [--bundle]
 *
 * Compiles the program for all targets, or for the named ones, and writes one archive each and their SHA-256 sums.
 * Deno fetches `denort`, its runtime for compiled programs, from dl.deno.land. With --bundle the answer is a
 * folder of JavaScript files instead, which any Deno runs; nothing is fetched for it.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { bundle, permissions } from "./bundle.ts";
import { type ArchiveFile, tarGz, zip } from "./compile/archive.ts";
import { output } from "./images/command.ts";
import { sha256 } from "./images/content.ts";

const targets: Record<string, string> = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
};

export function chosenTargets(names: string[]): string[] {
  const unknown = names.filter((name) => !Object.hasOwn(targets, name));
  if (unknown.length === 0) return names.length > 0 ? names : Object.keys(targets);
  throw new Error(`Unknown targets: ${unknown.join(", ")} (there are ${Object.keys(targets).join(", ")})`);
}

/** Explains a failure of `deno compile` from its output. */
export function explainCompile(target: string, cause: unknown): Error {
  const text = messageOf(cause);
  const state = /denort|dl\.deno\.land/.test(text)
    ? "denort, Deno's runtime for compiled programs, cannot be fetched from dl.deno.land"
    : text;
  return new Error(`Cannot compile for ${target}: ${state}`, { cause });
}

async function compile(target: string, folder: string): Promise<string> {
  const windows = target.startsWith("windows");
  const program = windows ? "gefyra.exe" : "gefyra";
  const work = await Deno.makeTempDir({ prefix: "gefyra-compile-" });
  try {
    // The bundle, which the end-to-end tests run, and which starts faster than the separate modules.
    const entry = await bundle(`${work}/program`);
    const args = ["compile", "--quiet", "--no-config", ...permissions];
    await output(Deno.execPath(), [
      ...args,
      "--target",
      targets[target] ?? "",
      "--output",
      `${work}/${program}`,
      entry,
    ]).catch((cause) => {
      throw explainCompile(target, cause);
    });
    const files: ArchiveFile[] = [
      { name: program, content: await Deno.readFile(`${work}/${program}`), executable: true },
      ...await Promise.all(["LICENSE", "README.md"].map(async (name) => ({
        name,
        content: await Deno.readFile(name),
      }))),
    ];
    const archive = `gefyra-${VERSION}-${target}.${windows ? "zip" : "tar.gz"}`;
    await Deno.writeFile(`${folder}/${archive}`, windows ? zip(files) : await tarGz(files));
    return archive;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** In the format of `sha256sum --check`. */
export async function sums(folder: string, names: string[]): Promise<string> {
  const lines = names.map(async (name) =>
    `${await sha256(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`
  );
  return (await Promise.all(lines)).join("");
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: "string", multiple: true, default: [] },
      out: { type: "string", default: "dist" },
      bundle: { type: "boolean", default: false },
    },
  });
  const { out } = values;
  const chosen = chosenTargets(values.target);
  await Deno.mkdir(out, { recursive: true });
  if (values.bundle) {
    console.log(await bundle(`${out}/gefyra`));
    return;
  }
  const made: string[] = [];
  for (const target of chosen) {
    console.error(`Compiling for ${target}`);
    made.push(await compile(target, out));
  }
  await Deno.writeTextFile(`${out}/SHA256SUMS`, await sums(out, made));
  for (const name of [...made, "SHA256SUMS"]) console.log(`${out}/${name}`);
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
