/**
 * deno task packages [--dist FOLDER] [--releases URL]
 *
 * Makes the packages of the archives that `deno task compile` has written, in FOLDER/packages: release.json, install.sh,
 * Homebrew's formula, the manifests of scoop and winget, the Nix package, deb and rpm. URL is where all releases are.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { buildPackages } from "./packages/build.ts";

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    const { values } = parseArgs({
      options: { dist: { type: "string", default: "dist" }, releases: { type: "string" } },
    });
    const made = await buildPackages({ version: VERSION, ...values });
    for (const name of made) console.log(`${values.dist}/packages/${name}`);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
