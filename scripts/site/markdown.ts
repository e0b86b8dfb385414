/** One page of Markdown as HTML: links lead to the site's pages, pictures are drawn, headings have GitHub's anchors. */
import MarkdownIt, { type Token } from "markdown-it";
import anchors from "markdown-it-anchor";
import { renderMermaidSVG } from "beautiful-mermaid";
import { anchorOf } from "../pages.ts";
import { linkFrom } from "./addresses.ts";

export interface Heading {
  level: number;
  anchor: string;
  text: string;
}

export interface Section extends Heading {
  /** The words below the heading, without marks. */
  words: string;
}

export interface Rendered {
  html: string;
  sections: Section[];
  /** As they stand in the page: of links and pictures. */
  links: string[];
}

export function render(page: string, text: string): Rendered {
  const markdown = new MarkdownIt({ html: true }).use(anchors, { slugify: anchorOf, tabIndex: false });
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info, content } = tokens[index]!;
    return info === "mermaid" ? picture(content) : fence!(tokens, index, options, env, self);
  };
  // Wide tables scroll by themselves, not with the page.
  markdown.renderer.rules.table_open = () => '<div class="wide"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
  const tokens = markdown.parse(text, {});
  const sections = sectionsOf(tokens), links: string[] = [];
  for (const token of tokens.flatMap(({ children }) => children ?? [])) {
    for (const name of ["href", "src"]) {
      const link = token.attrGet(name);
      if (typeof link !== "string") continue;
      links.push(link);
      token.attrSet(name, linkFrom(page, link));
    }
  }
  return { html: markdown.renderer.render(tokens, markdown.options, {}), sections, links };
}

/** In the page's colours, and without the font that the library would fetch. */
function picture(code: string): string {
  const svg = renderMermaidSVG(code, {
    bg: "var(--page)",
    fg: "var(--ink)",
    accent: "var(--link)",
    line: "var(--faint)",
    padding: 8,
    nodeSpacing: 20,
    layerSpacing: 36,
    transparent: true,
  });
  return `<figure>${svg.replace(/@import url\([^)]*\);/, "").replaceAll("'Inter', ", "")}</figure>\n`;
}

function sectionsOf(tokens: Token[]): Section[] {
  const sections: Section[] = [];
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") {
      const text = wordsOf(tokens[index + 1]!);
      sections.push({
        level: Number(token.tag.slice(1)),
        anchor: `${token.attrGet("id")}`,
        text,
        words: "",
      });
      return;
    }
    const section = sections.at(-1), isHeading = tokens[index - 1]?.type === "heading_open";
    if (section && !isHeading && token.type === "inline") section.words += `${wordsOf(token)} `;
    if (section && token.type === "fence" && token.info !== "mermaid") section.words += `${token.content} `;
  });
  return sections;
}

const wordsOf = ({ children }: Token) =>
  (children ?? []).map(({ type, content }) => type === "softbreak" ? " " : content).join("");
