import assert from "node:assert/strict";
import type { Cast } from "./cast.ts";
import { play } from "./screen.ts";
import { draw } from "./svg.ts";

const cast = (events: Cast["events"]): Cast => ({ size: { columns: 20, rows: 3 }, title: "t", events });

Deno.test("a line that changes is two lines, each for its time", async () => {
  const { lines } = await play(cast([[1, "- waiting"], [3, "\r\x1b[K\x1b[32m✔\x1b[0m done"]]));
  assert.deepEqual(lines, [
    { row: 0, spans: [{ text: "- waiting" }], from: 1, to: 3 },
    { row: 0, spans: [{ text: "✔", color: 2 }, { text: " done" }], from: 3 },
  ]);
});

Deno.test("of changes that follow at once, the first and the last are shown", async () => {
  const events = Array.from({ length: 10 }, (_, i): Cast["events"][number] => [1 + i / 100, `\r${i}`]);
  const { lines } = await play(cast(events));
  assert.deepEqual(lines.map(({ spans, from }) => [spans[0]?.text, from]), [["0", 1], ["9", 1.09]]);
});

Deno.test("the window follows the last line", async () => {
  const { scrolled, lines } = await play(cast([[1, "a\r\nb\r\nc"], [2, "\r\nd"], [4, "\r\n"]]));
  assert.deepEqual(scrolled, [{ from: 2, row: 1 }, { from: 4, row: 2 }]);
  assert.deepEqual(lines.map(({ row }) => row), [0, 1, 2, 3]);
});

Deno.test("the picture has each line once, hides what has gone, and ends at the last window", async () => {
  const session = await play(cast([[1, "- x"], [3, "\r\x1b[K<ok> &\r\n\r\n\r\n"]]));
  const svg = draw(session, 20, "A title");
  assert.match(svg, /<text y="0" visibility="hidden" style="animation-name:l0">- x<\/text>/);
  assert.match(svg, /<text y="0" style="animation-name:l1">&lt;ok> &amp;<\/text>/);
  assert.match(
    svg,
    /@keyframes l0\{0%\{visibility:hidden\}11\.111%\{visibility:visible\}33\.333%\{visibility:hidden\}\}/,
  );
  assert.match(svg, /\.m\{transform:translateY\(-19px\);/);
});
