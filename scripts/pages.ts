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

/** The blocks of a language in a page or a part of one. */
export function blocksOf(text: string, language: string): string[] {
  const fences = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms");
  return [...text.matchAll(fences)].map(([, block = ""]) => block.trimEnd());
}

/** The part of a page below a heading of the second level. */
export function sectionOf(page: string, title: string): string {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`there is no section "${title}"`);
  return section;
}

/** The commands of a page's blocks of shell, as one types them; one that goes on in the next line is one. */
export function shellCommands(text: string): string[] {
  const lines = blocksOf(text, "sh").flatMap((block) => block.match(/(?:.*\\\n)*.+/g) ?? []);
  return lines.filter((line) => !line.startsWith("#"));
}
