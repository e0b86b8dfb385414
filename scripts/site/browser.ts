/// <reference lib="dom" />
/** Runs in the browser: the search field. The index comes with the first key. */
import MiniSearch from "minisearch";
import { type Entry, searchOptions } from "./search.ts";

const MOST = 12;

const input = document.querySelector<HTMLInputElement>("header input")!;
const list = document.querySelector<HTMLUListElement>("header ul")!;
const root = input.dataset.root ?? "";

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => started ??= work();
}

const index = once(async () => {
  const answer = await fetch(`${root}search.json`);
  return MiniSearch.loadJSON<Entry>(await answer.text(), searchOptions);
});

async function show(): Promise<void> {
  const asked = input.value.trim();
  const found = asked ? (await index()).search(asked).slice(0, MOST) : [];
  // A later key may have been answered first.
  if (asked !== input.value.trim()) return;
  list.replaceChildren(...found.map(({ id, page, heading }) => {
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = root + id;
    link.textContent = heading === page ? page : `${page}: ${heading}`;
    item.append(link);
    return item;
  }));
  list.hidden = found.length === 0;
}

input.addEventListener("input", () => void show());
input.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") list.hidden = true;
});
input.form?.addEventListener("submit", (event) => {
  event.preventDefault();
  list.querySelector("a")?.click();
});
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Node) || !input.form?.contains(target)) list.hidden = true;
});
