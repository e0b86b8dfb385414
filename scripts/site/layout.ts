/** The frame around a page. Pure. */
import { escape } from "./escape.ts";

export interface Parts {
  title: string;
  /** From the page to the site's root, e.g. `../`. */
  root: string;
  navigation: string;
  content: string;
}

export function layout({ title, root, navigation, content }: Parts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title === "Gefyra" ? title : `${title} · Gefyra`)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site.css">
<script type="module" src="${root}site.js"></script>
</head>
<body>
<header>
<a href="${root}index.html">Gefyra</a>
<form role="search"><input type="search" placeholder="Search" aria-label="Search" data-root="${root}"><ul hidden></ul></form>
</header>
<details class="menu"><summary>All pages</summary><nav>${navigation}</nav></details>
<div class="columns">
<nav aria-label="Pages">${navigation}</nav>
<main>
${content}</main>
</div>
</body>
</html>
`;
}
