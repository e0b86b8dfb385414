import assert from "node:assert/strict";
import { addressOf, filesNeededBy, linkFrom } from "./addresses.ts";

Deno.test("a page's place in the site", () => {
  const table: [string, string][] = [
    ["README.md", "index.html"],
    ["docs/README.md", "docs/index.html"],
    ["docs/decisions/README.md", "docs/decisions/index.html"],
    ["docs/install.md", "docs/install.html"],
    ["LICENSE", "LICENSE"],
  ];
  for (const [page, address] of table) assert.equal(addressOf(page), address, page);
});

Deno.test("links between pages lead to the same places in the site", () => {
  const table: [page: string, link: string, becomes: string][] = [
    ["README.md", "docs/install.md#upgrade", "docs/install.html#upgrade"],
    ["README.md", "docs/README.md", "docs/index.html"],
    ["docs/README.md", "../README.md#the-tour", "../index.html#the-tour"],
    ["docs/README.md", "decisions/", "decisions/index.html"],
    ["docs/decisions/001-x.md", "../concepts.md", "../concepts.html"],
    ["docs/install.md", "#values", "#values"],
    ["docs/install.md", "https://deno.com/a.md", "https://deno.com/a.md"],
    ["README.md", "LICENSE", "LICENSE"],
  ];
  for (const [page, link, becomes] of table) assert.equal(linkFrom(page, link), becomes, `${page}: ${link}`);
});

Deno.test("files that are no pages are found", () => {
  const links = ["LICENSE", "docs/tour.svg", "docs/install.md#x", "#y", "https://a.b/c", "docs/decisions/"];
  assert.deepEqual(filesNeededBy("README.md", links), ["LICENSE", "docs/tour.svg"]);
  assert.deepEqual(filesNeededBy("docs/x.md", ["../LICENSE"]), ["LICENSE"]);
});
