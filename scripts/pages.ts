/** The documents that people read. */

/** Paths from the root. */
export async function readPages(root: string): Promise<Record<string, string>> {
  const paths = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  for (const folder of ["docs", "docs/decisions"]) {
    for await (const { name } of Deno.readDir(`${root}/${folder}`)) {
      if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  const texts = paths.sort().map(async (path) => [path, await Deno.readTextFile(`${root}/${path}`)]);
  return Object.fromEntries(await Promise.all(texts));
}

/** The anchor that GitHub gives a heading, from its text without marks. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\- ]/g, "").replaceAll(" ", "-");
}
