/** Runs a linter, unless it has passed the same files before. */
import { cacheFolder } from "../images/cache.ts";
import { contentOf, sha256 } from "../images/content.ts";
import type { Linter } from "./linters.ts";

export interface Result {
  name: string;
  /** What it reports; empty where all is well. */
  faults: string;
  /** It ran; else its files are known to pass. */
  fresh: boolean;
}

/** The flags of the images' build, so that both find the same packages in Go's cache. */
const env = { CGO_ENABLED: "0", GOFLAGS: "-trimpath -buildvcs=false" };

/** A linter that cannot be run throws. */
export async function lint(linter: Linter, passes = cacheFolder("lint")): Promise<Result> {
  const { name } = linter;
  const pass = `${passes}/${await contentOfLint(linter)}`;
  if (await Deno.stat(pass).then(() => true, () => false)) {
    return { name, faults: "", fresh: false };
  }
  const { code, text } = await run(linter.program, linter.args, linter.cwd);
  // gofmt ends with 0 and lists the files that it would change.
  const faults = text || (code === 0 ? "" : `${linter.program} ended with ${code}`);
  if (!faults) {
    await Deno.mkdir(passes, { recursive: true });
    await Deno.writeTextFile(pass, "");
  }
  return { name, faults, fresh: true };
}

async function contentOfLint({ name, files, program, args, cwd, version }: Linter): Promise<string> {
  const { text } = await run(program, version, ".");
  const how = JSON.stringify([name, program, args, cwd, text]);
  const bytes = (text: string) => sha256(new TextEncoder().encode(text));
  return await contentOf([
    { path: "linter", digest: await bytes(how) },
    ...await Promise.all(files.map(async ({ path, text }) => ({ path, digest: await bytes(text) }))),
  ]);
}

async function run(program: string, args: string[], cwd: string): Promise<{ code: number; text: string }> {
  const signal = AbortSignal.timeout(20 * 60_000);
  const { code, stdout, stderr } = await new Deno.Command(program, { args, cwd, env, stdin: "null", signal })
    .output().catch((cause) => {
      if (!(cause instanceof Deno.errors.NotFound)) throw cause;
      throw new Error(`Cannot lint: there is no ${program} on this machine (scripts/setup installs it)`, {
        cause,
      });
    });
  const decoder = new TextDecoder();
  return { code, text: (decoder.decode(stdout) + decoder.decode(stderr)).trim() };
}
