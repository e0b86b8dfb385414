/** The whole program as one JavaScript module, for images that carry Deno but no packages. */
import { output } from "./images/command.ts";

/**
 * What dockerode builds images and reaches Docker over SSH with: a third of the bundle, loaded at each start, for what
 * Gefyra never asks for.
 */
const leftOut = ["@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "ssh2"];
/** Modules of the Kubernetes client that its `dist/gen/index.js` hands on to others, and that Gefyra never asks for. */
const generated = ["./models/all.js", "./types/ObjectParamAPI.js"];
/** CommonJS inside the bundle asks for the first two, and for what is left out, which is nothing then. */
const prelude = `const __dirname = import.meta.dirname, __filename = import.meta.filename;
import CommonJS from "node:module";
const load = CommonJS._load;
CommonJS._load = (id, ...rest) => ${JSON.stringify(leftOut)}.includes(id) ? {} : load(id, ...rest);
`;

/** Writes the bundle of main.ts to `file`. */
export async function bundle(file: string): Promise<void> {
  const root = new URL("..", import.meta.url).pathname;
  const external = [...leftOut, ...generated].map((name) => `--external=${name}`);
  const args = [
    "bundle",
    "--quiet",
    "--platform",
    "deno",
    "--minify",
    ...external,
    "--output",
    file,
    "main.ts",
  ];
  await output(Deno.execPath(), args, { cwd: root });
  await Deno.writeTextFile(file, prelude + generated.reduce(withoutModule, await Deno.readTextFile(file)));
}

/** What the one import of a module brings becomes `undefined`. */
export function withoutModule(code: string, specifier: string): string {
  const from = `from"${specifier.replaceAll(".", "\\.")}";`;
  const imports = [...code.matchAll(new RegExp(`import(?:\\{([^}]*)\\}|\\*as ([\\w$]+) )${from}`, "g"))];
  if (imports.length !== 1) {
    throw new Error(`Cannot leave out ${specifier}: it is imported ${imports.length} times`);
  }
  const [text, names = "", all] = imports[0]!;
  const instead = all ? `const ${all}={};` : `const{${names.replaceAll(" as ", ":")}}={};`;
  return code.replace(text, () => instead);
}

if (import.meta.main) await bundle(Deno.args[0] ?? "gefyra.js");
