/** The navigation is what docs/README.md leads to, under its headings. Pure. */
import { dirname, join } from "node:path/posix";
import type { Heading } from "./markdown.ts";
import { escape } from "./escape.ts";
import { pathBetween } from "./addresses.ts";

export interface Group {
  title: string;
  /** Paths in the repository. Each page is in the first group that names it. */
  pages: string[];
}

export const INDEX = "docs/README.md";

export function groupsOf(index: string): Group[] {
  const seen = new Set<string>(["README.md"]);
  const groups = index.split(/^## /m).slice(1).map((text) => {
    const [title = ""] = text.split("\n");
    const targets = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target = ""]) =>
      join(dirname(INDEX), target).replace(/\/$/, "/README.md")
    );
    const pages = targets.filter((page) => {
      const isNew = page.endsWith(".md") && !seen.has(page);
      seen.add(page);
      return isNew;
    });
    return { title, pages };
  });
  return groups.filter(({ pages }) => pages.length > 0);
}

/** `titles`: of all pages, by path. `headings`: of this page. */
export function navigation(
  page: string,
  groups: Group[],
  titles: Record<string, string>,
  headings: Heading[],
): string {
  const link = (to: string, text: string) => {
    const current = to === page ? ' aria-current="page"' : "";
    return `<li><a href="${pathBetween(page, to)}"${current}>${escape(text)}</a>${
      to === page ? here : ""
    }</li>`;
  };
  const inPage = headings.filter(({ level }) => level === 2)
    .map(({ anchor, text }) => `<li><a href="#${anchor}">${escape(text)}</a></li>`);
  const here = inPage.length > 0 ? `<ul>${inPage.join("")}</ul>` : "";
  const top = [link("README.md", "Gefyra"), link(INDEX, titles[INDEX] ?? "Documents")];
  const lists = groups.map(({ title, pages }) =>
    `<p>${escape(title)}</p><ul>${pages.map((one) => link(one, titles[one] ?? one)).join("\n")}</ul>`
  );
  return [`<ul>${top.join("\n")}</ul>`, ...lists].join("\n");
}
