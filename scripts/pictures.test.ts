/** The pictures in the docs are Mermaid's flowcharts, which GitHub draws. What it does not understand, it shows as an error. */
import assert from "node:assert/strict";

const read = (file: string) => Deno.readTextFile(new URL(`../${file}`, import.meta.url));
const NODE = String.raw`([\w-]+)(?:\["[^"\]]+"\])?`;
const ARROW = String.raw`(?:<==>|<-->|==>|-->|<== "[^"]+" ==>|<-- "[^"]+" -->|-\. "[^"]+" \.->)`;
const SHAPES = [
  /^flowchart (LR|TB)$/,
  /^end$/,
  /^subgraph [\w-]+\["[^"\]]+"\]$/,
  new RegExp(`^${NODE}( ${ARROW} ${NODE})*$`),
];

async function picturesOf(file: string): Promise<string[][]> {
  const text = await read(file);
  return [...text.matchAll(/^```mermaid\n(.*?)^```/gms)].map(([, code = ""]) =>
    code.trim().split("\n").map((line) => line.trim())
  );
}

for (const file of ["README.md", "docs/concepts.md"]) {
  Deno.test(`the picture in ${file} can be drawn, and each of its nodes has a title`, async () => {
    const pictures = await picturesOf(file);
    assert.equal(pictures.length, 1);
    for (const lines of pictures) {
      for (const line of lines) assert.ok(SHAPES.some((shape) => shape.test(line)), line);
      const titled = new Set(lines.flatMap((line) => [...line.matchAll(/([\w-]+)\["/g)].map(([, id]) => id)));
      for (const line of lines.filter((line) => new RegExp(ARROW).test(line))) {
        for (const [, id] of line.replaceAll(/"[^"]*"/g, '""').matchAll(/(?:^|[>] )([\w-]+)/g)) {
          assert.ok(titled.has(id), `${id} in ${line}`);
        }
      }
      const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
      assert.equal(count("subgraph"), count("end"));
    }
  });
}

Deno.test("the picture of the architecture has every part in it", async () => {
  const [lines = []] = await picturesOf("docs/concepts.md");
  const rows = [...(await read("docs/concepts.md")).matchAll(/^\| `?([\w ]+?)`? +\| (?:on|in|beside) /gm)];
  assert.ok(rows.length >= 7);
  for (const [, part = ""] of rows) assert.ok(lines.some((line) => line.includes(`["${part}"]`)), part);
});
