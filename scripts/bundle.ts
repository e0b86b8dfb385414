/** The whole program as one JavaScript module, for images with Deno but without packages. */
import { output } from "./images/command.ts";

/**
 * The parts of dockerode for building images and for Docker over SSH: a third of the bundle, loaded at each start, and
 * never used by Gefyra.
 */
const leftOut = ["@grpc/grpc-js", "@grpc/proto-loader", "protobufjs", "ssh2"];
/** Modules of the Kubernetes client that its `dist/gen/index.js` re-exports, and that Gefyra never uses. */
const generated = ["./models/all.js", "./types/ObjectParamAPI.js"];
/** CommonJS modules in the bundle need the first two, and get an empty object for omitted modules. */
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

/** The exports of an omitted module become `undefined`. */
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
