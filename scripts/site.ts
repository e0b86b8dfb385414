/**
 * deno task site [FOLDER]
 *
 * Writes the documents as a site into the folder (dist/site): plain HTML that any web server serves from any path.
 */
import { dirname } from "node:path";
import { output } from "./images/command.ts";
import { readPages } from "./pages.ts";
import { addressOf, filesNeededBy } from "./site/addresses.ts";
import { layout } from "./site/layout.ts";
import { render } from "./site/markdown.ts";
import { groupsOf, INDEX, navigation } from "./site/navigation.ts";
import { searchIndex } from "./site/search.ts";

const DECISIONS = "docs/decisions/README.md";

/** In place of what is in the folder. */
export async function writeSite(source: string, folder: string): Promise<void> {
  const pages = await readPages(source);
  pages[DECISIONS] ??= listOf(pages, dirname(DECISIONS));
  const rendered = Object.entries(pages).map(([page, text]) => ({ page, ...render(page, text) }));
  const titles = Object.fromEntries(rendered.map(({ page, sections }) => [page, sections[0]?.text ?? page]));
  const groups = groupsOf(pages[INDEX] ?? "");
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  };
  for (const { page, html, sections, links } of rendered) {
    const root = "../".repeat(page.split("/").length - 1);
    const parts = { title: titles[page]!, root, content: html };
    await write(
      addressOf(page),
      layout({ ...parts, navigation: navigation(page, groups, titles, sections) }),
    );
    for (const file of filesNeededBy(page, links)) {
      await write(file, await Deno.readTextFile(`${source}/${file}`));
    }
  }
  const entries = rendered.flatMap(({ page, sections }) =>
    sections.map(({ anchor, text, words }) => ({
      id: `${addressOf(page)}#${anchor}`,
      page: titles[page]!,
      heading: text,
      words,
    }))
  );
  await write("search.json", searchIndex(entries));
  await write("site.css", await Deno.readTextFile(`${source}/scripts/site/site.css`));
  await output(Deno.execPath(), [
    ...["bundle", "--quiet", "--platform", "browser", "--minify", "--output", `${folder}/site.js`],
    `${source}/scripts/site/browser.ts`,
  ], { cwd: source });
}

/** A page with the titles of all pages in a folder. */
function listOf(pages: Record<string, string>, folder: string): string {
  const items = Object.entries(pages).filter(([path]) => dirname(path) === folder).map(([path, text]) => {
    const [, title] = /^# (.*)$/m.exec(text) ?? [];
    return `- [${title}](${path.slice(folder.length + 1)})`;
  });
  return `# Decisions\n\n${items.join("\n")}\n`;
}

if (import.meta.main) {
  const [folder = "dist/site"] = Deno.args;
  await writeSite(new URL("..", import.meta.url).pathname, folder);
  console.log(`${folder}/index.html`);
}
