/** The program as one executable: `deno compile`. */
import { messageOf } from "../../lib/errors.ts";
import { permissions } from "../bundle.ts";
import { output } from "../images/command.ts";
import type { ArchiveFile } from "./archive.ts";
import type { Target } from "./targets.ts";

/** `entry`: the bundle's first file. `work`: a folder for what comes out. */
export async function compileFor(target: Target, entry: string, work: string): Promise<ArchiveFile> {
  const name = target.windows ? "gefyra.exe" : "gefyra";
  const file = `${work}/${target.name}-${name}`;
  await output(Deno.execPath(), [
    ...["compile", "--quiet", "--no-config", "--no-lock", ...permissions],
    ...["--target", target.triple, "--output", file, entry],
  ]).catch((cause) => {
    throw explainCompile(target.name, cause);
  });
  return { name, content: await Deno.readFile(file), executable: true };
}

/** Explains a failure of `deno compile` from its output. */
export function explainCompile(target: string, cause: unknown): Error {
  const text = messageOf(cause);
  const state = /denort|dl\.deno\.land/.test(text)
    ? "denort, Deno's runtime for compiled programs, cannot be fetched from dl.deno.land"
    : text;
  return new Error(`Cannot compile for ${target}: ${state}`, { cause });
}
