/**
 * deno task images [PART…] [--registry NAME] [--tag TAG]
 *
 * Builds the images of all parts, or of the named ones with what they need, as `<registry>/<part>:<tag>`. What
 * has not changed is not built again. Needs Docker, and Go for the programs inside. Progress goes to stderr.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { defaultImages, type Part, parts } from "../lib/images.ts";
import { buildImages } from "./images/build.ts";

async function images(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { registry: { type: "string" }, tag: { type: "string" } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(parts as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`Unknown parts: ${unknown.join(", ")} (there are ${parts.join(", ")})`);
  }
  const wanted = positionals.length > 0 ? positionals as Part[] : parts;
  const names = {
    registry: values.registry ?? defaultImages.registry,
    tag: values.tag ?? defaultImages.tag,
  };
  await buildImages(wanted, names, (line) => console.error(line));
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    await images(Deno.args);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
