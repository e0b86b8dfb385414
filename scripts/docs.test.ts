import assert from "node:assert/strict";
import { answers } from "../cli/answers/answers.ts";
import type { TreeCommand } from "../cli/completion/tree.ts";
import { anchorOf, readPages } from "./pages.ts";
import { readSources } from "./sources.ts";
import { answerSchemas, commandsPage, commandTree, PAGE, SCHEMAS, TREE } from "./docs.ts";

const root = new URL("..", import.meta.url).pathname;
const read = (path: string) => Deno.readTextFile(root + path);

/** The ids of all errors in the program's sources; each is a literal. */
async function errorIds(): Promise<string[]> {
  const sources = Object.entries(await readSources(root))
    .filter(([path]) => /^(cli|lib|operator)\//.test(path) && !path.endsWith(".test.ts"))
    // Copies an error.
    .filter(([path]) => path !== "lib/errors.ts");
  const ids = sources.flatMap(([path, source]) => {
    const made = [...source.matchAll(/new GefyraError\(\s*/g)];
    const literal = [...source.matchAll(/new GefyraError\(\s*"([a-z-]+)"/g)].map(([, id = ""]) => id);
    assert.equal(literal.length, made.length, `${path}: an id is not a literal`);
    return literal;
  });
  return [...new Set(ids)];
}

Deno.test("docs/commands.md is what the commands say of themselves (else: deno task docs)", async () => {
  assert.equal(await read(PAGE), await commandsPage());
});

Deno.test("completions know the commands and options of the program (else: deno task docs)", async () => {
  assert.equal(await read(TREE), await commandTree());
});

Deno.test("docs/schemas has the schemas of all answers, and no other (else: deno task docs)", async () => {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(root + SCHEMAS)) found[name] = await read(`${SCHEMAS}/${name}`);
  const expected = await answerSchemas();
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
  assert.deepEqual(found, expected);
});

Deno.test("every command with -o json has a schema, and every schema a command", async () => {
  const tree: TreeCommand = JSON.parse(await read(TREE));
  const commands = tree.commands.flatMap((
    one,
  ) => [[one.name, one] as const, ...one.commands.map((sub) => [`${one.name}-${sub.name}`, sub] as const)]);
  const withJson = commands.filter(([, { options }]) =>
    options.some(({ choices }) => choices?.includes("json"))
  );
  assert.deepEqual([...withJson.map(([name]) => name), "error"].sort(), Object.keys(answers).sort());
});

Deno.test("troubleshooting explains every error id, and no other, in alphabetical order", async () => {
  const explained = [...(await read("docs/troubleshooting.md")).matchAll(/^### (.*)$/gm)].map(([, id]) => id);
  assert.deepEqual(explained, [...await errorIds(), "internal"].sort());
});

Deno.test("troubleshooting has all common problems under one heading", async () => {
  const sections = (await read("docs/troubleshooting.md")).split(/^## /m);
  const answers = sections.map((text) => [text.split("\n")[0], text.match(/^\*\*/gm)?.length ?? 0]);
  const found = answers.filter(([, count]) => count !== 0);
  assert.deepEqual(found.map(([heading]) => heading), ["Common problems"]);
});

Deno.test("every relative link in the documents leads to a file and to one of its headings", async () => {
  const pages = await readPages(root);
  let links = 0;
  for (const [page, text] of Object.entries(pages)) {
    for (const [, target = "", anchor] of text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)) {
      if (/^https?:/.test(target)) continue;
      links++;
      const file = target ? new URL(target, `file://${root}${page}`) : `${root}${page}`;
      await assert.doesNotReject(Deno.stat(file), `${page}: ${target}`);
      if (anchor) {
        assert.ok(anchorsOf(await Deno.readTextFile(file)).includes(anchor), `${page}: ${target}#${anchor}`);
      }
    }
  }
  assert.ok(links > 10);
});

Deno.test("the index of the documents leads to every page", async () => {
  const index = await read("docs/README.md");
  const pages = Object.keys(await readPages(root)).filter((page) => /^docs\/[^/]+$/.test(page));
  for (const page of pages.filter((page) => page !== "docs/README.md")) {
    assert.match(index, new RegExp(`\\]\\(${page.slice("docs/".length)}[)#]`), page);
  }
});

/** The anchors of the headings, as GitHub generates them. */
function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) => text);
  return headings.map(anchorOf);
}
