/** What the search knows: every section of every page. The browser's part and this one share the options. Pure. */
import MiniSearch, { type Options } from "minisearch";

export interface Entry {
  /** The section's address from the site's root. */
  id: string;
  page: string;
  heading: string;
  words: string;
}

export const searchOptions: Options<Entry> = {
  fields: ["heading", "page", "words"],
  storeFields: ["page", "heading"],
  searchOptions: { boost: { heading: 4, page: 2 }, prefix: true, fuzzy: 0.1, combineWith: "AND" },
};

/** As JSON. */
export function searchIndex(entries: Entry[]): string {
  const index = new MiniSearch<Entry>(searchOptions);
  index.addAll(entries);
  return JSON.stringify(index);
}
