/** Where a page of the repository is in the site, and what its links become. Pure. */
import { dirname, join, normalize, relative } from "node:path/posix";

/** A folder's README is its index. Other files keep their place. */
export function addressOf(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.html").replace(/\.md$/, ".html");
}

/** A link as it stands in a page, e.g. `install.md#upgrade`, seen from the page's place in the site. */
export function linkFrom(page: string, link: string): string {
  if (/^[a-z]+:/.test(link) || link.startsWith("#")) return link;
  const [target = "", anchor] = link.split("#");
  const file = normalize(join(dirname(page), target)).replace(/\/$/, "/README.md");
  return pathBetween(page, file) + (anchor ? `#${anchor}` : "");
}

/** From one page of the repository to another, as places in the site. */
export function pathBetween(from: string, to: string): string {
  return relative(dirname(addressOf(from)), addressOf(to));
}

/** The files beside the pages that a page's links and pictures need, e.g. `LICENSE`. */
export function filesNeededBy(page: string, links: string[]): string[] {
  const files = links.filter((link) => !/^[a-z]+:|^#/.test(link))
    .map((link) => normalize(join(dirname(page), link.split("#")[0]!)));
  return files.filter((file) => !/\.md$|\/$/.test(file));
}
