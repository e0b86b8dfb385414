/**
 * deno task changelog VERSION
 *
 * Prints the changelog's section of a version, the text of its release. Ends with 1 where VERSION is not the program's, or
 * the changelog has no section for it.
 */
import { messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";

/** Without its heading. Throws where there is none, or an empty one. */
export function sectionOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}]`));
  const body = section?.slice(section.indexOf("\n")).trim();
  if (!body) throw new Error(`CHANGELOG.md has no section ## [${version}]`);
  return body;
}

export function checkVersion(wanted: string, program: string): void {
  if (wanted !== program) throw new Error(`The program is version ${program}, not ${wanted} (deno.json)`);
}

if (import.meta.main) {
  Deno.chdir(new URL("..", import.meta.url).pathname);
  try {
    const [version = VERSION] = Deno.args;
    checkVersion(version, VERSION);
    console.log(sectionOf(await Deno.readTextFile("CHANGELOG.md"), version));
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
