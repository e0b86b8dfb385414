import assert from "node:assert/strict";
import { CAST, PICTURE, pictureOf, tourCommands } from "./recording.ts";
import { read } from "./recording/cast.ts";
import { parted } from "./recording/tour.ts";

const root = new URL("..", import.meta.url).pathname;
const cast = read(await Deno.readTextFile(root + CAST));

Deno.test("the recording has the commands of the README's tour, in their order (else: deno task recording)", async () => {
  // The terminal breaks long lines and shows a command in bold.
  // deno-lint-ignore no-control-regex
  const text = cast.events.map(([, text]) => text).join("").replaceAll(/\x1b\[[0-9;]*m/g, "").replaceAll(
    "\r",
    "",
  );
  const typed = [...text.matchAll(/^\$ ((?:.*\\\n)*.+)$/gm)].map(([, command]) => command);
  assert.deepEqual(typed, parted(await tourCommands(root)).recorded);
});

Deno.test("the picture is that of the recording (else: deno task recording --draw)", async () => {
  assert.equal(await Deno.readTextFile(root + PICTURE), await pictureOf(cast));
});

Deno.test("the picture says that pauses are shortened", () => {
  assert.match(cast.title, /Pauses over [\d.]+ s are shortened; the times are real/);
});
