/** The site as it is served: every page and what it leads to, read from the HTML. */
import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path/posix";
import MiniSearch from "minisearch";
import { readPages } from "./pages.ts";
import { writeSite } from "./site.ts";
import { addressOf } from "./site/addresses.ts";
import { type Entry, searchOptions } from "./site/search.ts";

const root = new URL("..", import.meta.url).pathname;

interface Site {
  pages: Record<string, string>;
  /** Every file, by its path from the site's root. */
  files: Set<string>;
  search: string;
}

async function readSite(folder: string): Promise<Site> {
  const files = new Set<string>(), pages: Record<string, string> = {};
  const read = async (path: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(folder, path))) {
      const file = join(path, name);
      if (isDirectory) await read(file);
      else files.add(file);
      if (file.endsWith(".html")) pages[file] = await Deno.readTextFile(join(folder, file));
    }
  };
  await read(".");
  return { pages, files, search: await Deno.readTextFile(join(folder, "search.json")) };
}

const linksIn = (html: string) =>
  [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link = ""]) => link);
const idsIn = (html: string) => new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id));

/** Links within the site that lead to no file, or to no anchor of it. */
function brokenLinks({ pages, files }: Site): string[] {
  return Object.entries(pages).flatMap(([page, html]) =>
    linksIn(html).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [target, anchor] = link.split("#");
      const file = target ? normalize(join(dirname(page), target)) : page;
      return !files.has(file) || (anchor && !idsIn(pages[file] ?? "").has(anchor));
    }).map((link) => `${page}: ${link}`)
  );
}

Deno.test("the site", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "gefyra-site-" });
  try {
    await writeSite(root, folder);
    const site = await readSite(folder);

    await t.step("has every document, with its title and the navigation", async () => {
      for (const [page, text] of Object.entries(await readPages(root))) {
        const html = site.pages[addressOf(page)];
        assert.ok(html, page);
        const [, title = ""] = /^# (.*)$/m.exec(text) ?? [];
        assert.ok(
          title && html.replaceAll(/<\/?code>/g, "").includes(`>${title.replaceAll("`", "")}</h1>`),
          page,
        );
        assert.match(html, /<nav [^>]*>[^]*>Concepts<\/a>/, page);
      }
    });

    await t.step("every link leads to a file and to one of its anchors", () => {
      assert.ok(Object.values(site.pages).flatMap(linksIn).length > 1000);
      assert.deepEqual(brokenLinks(site), []);
    });

    await t.step("a link to a missing page or anchor would be found", () => {
      const wrong = {
        ...site,
        pages: { ...site.pages, "x.html": '<a href="docs/no.html"><a href="index.html#no">' },
      };
      assert.deepEqual(brokenLinks(wrong), ["x.html: docs/no.html", "x.html: index.html#no"]);
    });

    await t.step("pictures are drawn, and nothing is fetched from elsewhere", () => {
      for (const [page, html] of Object.entries(site.pages)) {
        assert.doesNotMatch(html, /flowchart (LR|TB)/, page);
        assert.doesNotMatch(html, /@import|fonts\.|<(script|link|img)[^>]* (src|href)="https?:/, page);
      }
      assert.match(site.pages["docs/concepts.html"]!, /<svg[^]*Stowaway[^]*<\/svg>/);
    });

    await t.step("the search finds a section by its words", () => {
      const search = MiniSearch.loadJSON<Entry>(site.search, searchOptions);
      const table: [string, string][] = [
        ["foreign-redirect", "docs/troubleshooting.html#foreign-redirect"],
        ["support bundle", "docs/troubleshooting.html#what-is-in-a-support-bundle"],
        ["allow-nobody", "docs/commands.html#gefyra-up"],
      ];
      for (const [words, id] of table) {
        assert.ok(search.search(words).slice(0, 5).some((found) => found.id === id), words);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
