/**
 * The whole program as JavaScript files that need no package: `gefyra.js`, and the chunks that it loads when they are
 * needed. Any Deno runs them.
 */
import { PLACEHOLDER } from "../lib/revision.ts";
import { output } from "./images/command.ts";
import { filesIn } from "./images/content.ts";

/** What the program uses of Deno: neither native libraries nor modules of other hosts. */
export const permissions = [
  ...["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--allow-sys", "--allow-run"],
  // Nobody is asked: what is not allowed is refused.
  "--no-prompt",
];

/** Runs the bundle as it is: no configuration, nothing fetched. The path of `gefyra.js` and its arguments follow. */
export const runFlags = ["run", "--quiet", "--no-config", "--no-lock", "--cached-only", ...permissions];

/**
 * The parts of dockerode for building images and for Docker over SSH, which Gefyra never uses. A `require` of one of
 * them becomes an empty object.
 */
export const packages = [
  ...["@balena/dockerignore", "@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "ssh2", "tar-fs"],
];
/**
 * Modules that Gefyra never uses: those that `dist/gen/index.js` of the Kubernetes client re-exports, and its parser of
 * kubeconfigs.
 */
const modules = ["./models/all.js", "./types/ObjectParamAPI.js", "js-yaml"];
/** Packages of which few parts are used, by the files that stand for them in the bundle. */
const standIns = { undici: "lib/kube/undici.ts" };

const ENTRY = "gefyra.js";

export interface BundleOptions {
  /** Of git; `gefyra version -o json` shows it. */
  revision?: string;
}

/** Writes the bundle of main.ts into `folder`, in place of what is there, and returns the path of its first file. */
export async function bundle(
  folder: string,
  { revision = PLACEHOLDER }: BundleOptions = {},
): Promise<string> {
  const work = await Deno.makeTempDir({ prefix: "gefyra-bundle-" });
  try {
    await split(work);
    const { "main.js": entry = "", ...chunks } = replaced(
      withoutAll(await textsIn(work)),
      PLACEHOLDER,
      (code) => ({ code: code.replaceAll(PLACEHOLDER, revision), count: code.split(PLACEHOLDER).length - 1 }),
    );
    await Deno.remove(folder, { recursive: true }).catch(ignoreMissing);
    await Deno.mkdir(folder, { recursive: true });
    for (const [name, code] of Object.entries({ ...chunks, [ENTRY]: entry })) {
      await Deno.writeTextFile(`${folder}/${name}`, code);
    }
    return `${folder}/${ENTRY}`;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function split(folder: string): Promise<void> {
  const external = [...packages, ...modules, ...Object.keys(standIns)].map((name) => `--external=${name}`);
  await output(Deno.execPath(), [
    ...["bundle", "--quiet", "--platform", "deno", "--minify", "--code-splitting"],
    ...external,
    ...["--outdir", folder, "main.ts", ...Object.values(standIns)],
  ], { cwd: new URL("..", import.meta.url).pathname });
}

/** By their names. */
type Files = Record<string, string>;

async function textsIn(folder: string): Promise<Files> {
  const names = await filesIn(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await Deno.readTextFile(`${folder}/${name}`)])),
  );
}

/** Leaves out everything that Gefyra never uses. */
function withoutAll(files: Files): Files {
  let left = files;
  for (const name of packages) left = replaced(left, name, withoutPackage);
  for (const name of modules) left = replaced(left, name, withoutModule);
  for (const [name, file] of Object.entries(standIns)) left = withStandIn(left, name, file);
  return left;
}

/** The stand-in lies in a folder of its own; it comes to the other files. */
function withStandIn(files: Files, name: string, file: string): Files {
  const own = `${name}.js`, { [file.replace(/ts$/, "js")]: code = "", ...others } = files;
  const named = replaced(others, name, (code, name) => withImportOf(code, name, `./${own}`));
  return { ...named, [own]: code.replaceAll(/"(\.\.\/)+/g, '"./') };
}

type Replace = (code: string, specifier: string) => { code: string; count: number };

function replaced(files: Files, specifier: string, replace: Replace): Files {
  let total = 0;
  const entries = Object.entries(files).map(([name, text]) => {
    const { code, count } = replace(text, specifier);
    total += count;
    return [name, code];
  });
  // A new version of a library renames it: nobody would notice that it is in the bundle again.
  if (total === 0) throw new Error(`Cannot replace ${specifier}: it is not in the bundle`);
  return Object.fromEntries(entries);
}

/** Each `require` of a CommonJS package becomes an empty object. */
export function withoutPackage(code: string, specifier: string): { code: string; count: number } {
  let count = 0;
  const text = code.replace(new RegExp(`[\\w$]+\\("${escaped(specifier)}"\\)`, "g"), () => {
    count++;
    return "({})";
  });
  return { code: text, count };
}

/** The exports of an ES module become `undefined`. */
export function withoutModule(code: string, specifier: string): { code: string; count: number } {
  const instead: string[] = [];
  const text = code.replace(
    new RegExp(`import(?:\\{([^}]*)\\}|\\*as ([\\w$]+) )from"${escaped(specifier)}";`, "g"),
    (_, names = "", all?: string) => {
      instead.push(all ? `const ${all}={};` : `const{${names.replaceAll(" as ", ":")}}={};`);
      return "";
    },
  );
  // An import is there before the code above it runs.
  return { code: instead.join("") + text, count: instead.length };
}

/** Imports of a package become imports of a file. */
export function withImportOf(code: string, specifier: string, file: string): { code: string; count: number } {
  const parts = code.split(`from"${specifier}"`);
  return { code: parts.join(`from"${file}"`), count: parts.length - 1 };
}

const escaped = (specifier: string) => specifier.replaceAll(".", "\\.");

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) console.log(await bundle(Deno.args[0] ?? "dist/gefyra"));
