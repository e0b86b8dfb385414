/**
 * deno task recording [--draw]
 *
 * Runs the README's tour on a lab of its own, and writes docs/tour.cast (asciicast v2) and docs/tour.svg. `--draw` only draws
 * the picture again. The lab is the default one, `lab`: it must not be up.
 */
import { sectionOf, shellCommands } from "./pages.ts";
import { type Cast, read, withPausesUpTo, write } from "./recording/cast.ts";
import { play } from "./recording/screen.ts";
import { draw } from "./recording/svg.ts";
import { recordTour } from "./recording/tour.ts";

export const CAST = "docs/tour.cast", PICTURE = "docs/tour.svg";
const SIZE = { columns: 110, rows: 26 };
/** Seconds. */
const LONGEST_PAUSE = 1.5;
const TITLE = `Gefyra: the tour. Pauses over ${LONGEST_PAUSE} s are shortened; the times are real.`;

export async function tourCommands(root: string): Promise<string[]> {
  return shellCommands(sectionOf(await Deno.readTextFile(`${root}README.md`), "The tour"));
}

export async function pictureOf(cast: Cast): Promise<string> {
  return draw(await play(cast), cast.size.columns, cast.title);
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname;
  Deno.chdir(root);
  if (!Deno.args.includes("--draw")) {
    const events = withPausesUpTo(LONGEST_PAUSE, await recordTour(root, await tourCommands(root), SIZE));
    await Deno.writeTextFile(CAST, write({ size: SIZE, title: TITLE, events }));
  }
  await Deno.writeTextFile(PICTURE, await pictureOf(read(await Deno.readTextFile(CAST))));
}
