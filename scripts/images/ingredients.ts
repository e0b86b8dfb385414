/** The ingredients of a build context: the content of each is known before it is created. */
import { bundle } from "../bundle.ts";
import { output } from "./command.ts";
import { contentOf, type Entry, fileEntry, filesIn, sha256 } from "./content.ts";
import { buildProgram, digestOfProgram, type GoProgram } from "./golang.ts";

export type Report = (line: string) => void;

export interface Ingredient {
  entries(): Promise<Entry[]>;
  /** Puts it into the build context. */
  put(context: string, report: Report): Promise<void>;
}

/** A folder's files, at the context's root or in the folder `to`. */
export function folder(path: string, options: { to?: string; skip?: string[] } = {}): Ingredient {
  const prefix = options.to ? `${options.to}/` : "";
  return {
    entries: async () =>
      await Promise.all(
        (await filesIn(path, options.skip)).map((file) => fileEntry(`${path}/${file}`, prefix + file)),
      ),
    put: async (context) => {
      for (const file of await filesIn(path, options.skip)) {
        await copy(`${path}/${file}`, `${context}/${prefix}${file}`);
      }
    },
  };
}

export function goProgram(program: GoProgram): Ingredient {
  return {
    entries: async () => [{ path: program.name, digest: await digestOfProgram(program) }],
    put: async (context, report) =>
      await link(await buildProgram(program, report), `${context}/${program.name}`),
  };
}

/** The gefyra program as the folder `gefyra`. Its content is that of every local module in it. */
export function program(): Ingredient {
  return {
    entries: async () => {
      const graph = JSON.parse(await output(Deno.execPath(), ["info", "--json", "main.ts"]));
      const root = `file://${Deno.cwd()}/`;
      const modules: string[] = graph.modules.map(({ specifier }: { specifier: string }) => specifier);
      const files = modules.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
      const sources = [...files, "deno.lock", "scripts/bundle.ts"].map((file) => fileEntry(file, file));
      return [{ path: "gefyra", digest: await contentOf(await Promise.all(sources)) }];
    },
    put: async (context) => void await bundle(`${context}/gefyra`),
  };
}

/** The Deno that runs this, as `deno`. */
export function deno(): Ingredient {
  return {
    entries: async () => {
      const version = new TextEncoder().encode(`${Deno.version.deno} ${Deno.build.target}`);
      return [{ path: "deno", digest: await sha256(version) }];
    },
    put: async (context) => await link(await Deno.realPath(Deno.execPath()), `${context}/deno`),
  };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
}

/** Links large files instead of copying them if the file system allows it. */
async function link(from: string, to: string): Promise<void> {
  await Deno.link(from, to).catch(() => Deno.copyFile(from, to));
}
