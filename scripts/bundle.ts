/** The whole program as one JavaScript module, for images that carry Deno but no packages. */
import { output } from "./images/command.ts";

/** Native add-ons that `ssh2` (below dockerode) tries and does without. */
const externals = ["cpu-features", "*.node"];
/** What dockerode builds images with: a fifth of the bundle, loaded at each start, for what Gefyra never asks for. */
const leftOut = ["@grpc/grpc-js", "@grpc/proto-loader", "protobufjs"];
/** CommonJS inside the bundle asks for the first two, and for what is left out, which is nothing then. */
const prelude = `const __dirname = import.meta.dirname, __filename = import.meta.filename;
import CommonJS from "node:module";
const load = CommonJS._load;
CommonJS._load = (id, ...rest) => ${JSON.stringify(leftOut)}.includes(id) ? {} : load(id, ...rest);
`;

/** Writes the bundle of main.ts to `file`. */
export async function bundle(file: string): Promise<void> {
  const root = new URL("..", import.meta.url).pathname;
  const external = [...externals, ...leftOut].map((name) => `--external=${name}`);
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
  await Deno.writeTextFile(file, prelude + await Deno.readTextFile(file));
}

if (import.meta.main) await bundle(Deno.args[0] ?? "gefyra.js");
