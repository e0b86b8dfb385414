/** The pictures in the docs are Mermaid's flowcharts, which GitHub draws. What it does not understand, it shows as an error. */
import assert from "node:assert/strict";
import { blocksOf, readPages } from "./pages.ts";

const pages = await readPages(new URL("..", import.meta.url).pathname);
const NODE = String.raw`([\w-]+)(?:\["[^"\]]+"\])?`;
const ARROW = String.raw`(?:<==>|<-->|==>|-->|<?== "[^"]+" ==>|<?-- "[^"]+" -->|-\. "[^"]+" \.->)`;
/** In a line without the texts of its arrows. */
const NODES = /(?:^|> )(?!end$|subgraph |flowchart )([\w-]+)(\["[^"]*"\])?/g;
const SHAPES = [
  /^flowchart (LR|TB)$/,
  /^end$/,
  /^subgraph [\w-]+\["[^"\]]+"\]$/,
  new RegExp(`^${NODE}( ${ARROW} ${NODE})*$`),
];

const picturesOf = (page: string): string[][] =>
  blocksOf(page, "mermaid").map((code) => code.trim().split("\n").map((line) => line.trim()));

for (const [file, page] of Object.entries(pages)) {
  const pictures = picturesOf(page);
  if (pictures.length === 0) continue;
  Deno.test(`the pictures in ${file} can be drawn, and each of their nodes has a title`, () => {
    for (const lines of pictures) {
      for (const line of lines) assert.ok(SHAPES.some((shape) => shape.test(line)), line);
      const titled = new Set(lines.flatMap((line) => [...line.matchAll(/([\w-]+)\["/g)].map(([, id]) => id)));
      for (const line of lines.filter((line) => new RegExp(ARROW).test(line))) {
        for (const [, id] of line.replaceAll(/"[^"]*"/g, '""').matchAll(/(?:^|[>] )([\w-]+)/g)) {
          assert.ok(titled.has(id), `${id} in ${line}`);
        }
      }
      // The site's library draws lines to wrong places otherwise, and takes a node's first mention for its title.
      const named = new Set<string>();
      let depth = 0;
      for (const line of lines) {
        if (line === "end") depth--;
        if (line.startsWith("subgraph")) assert.equal(++depth, 1, `${line}: a box is in another box`);
        for (
          const [, id = "", title] of line.replaceAll(/(<?(?:--|==|-\.)) "[^"]*"/g, "$1").matchAll(NODES)
        ) {
          assert.ok(title || named.has(id), `${id} is mentioned before it has its title`);
          named.add(id);
        }
      }
      const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
      assert.equal(count("subgraph"), count("end"));
    }
  });
}

Deno.test("the picture of the parts has every part in it", () => {
  const page = pages["docs/concepts.md"]!, [lines = []] = picturesOf(page);
  const rows = [...page.matchAll(/^\| `?([\w ]+?)`? +\| (?:on|in|beside) /gm)];
  assert.ok(rows.length >= 7);
  for (const [, part = ""] of rows) assert.ok(lines.some((line) => line.includes(`["${part}"]`)), part);
});
