/** Reads a collection page by page, so that no answer of the API server is larger than a page. */
import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { ApiError } from "./api-errors.ts";

/** Objects on a page, as client-go's pager asks for at most 500. An object may have more than a megabyte. */
export const PAGE = 100;

export type PageOf<T extends KubernetesObject> = (
  query: { limit: string; continue: string | undefined },
) => Promise<KubernetesListObject<T> | undefined>;

/**
 * All objects, each after `keep`, and the metadata of the last page, whose resource version is that of the first.
 * `undefined` if there is no such collection. A list that takes so long that its first page's version expires starts over.
 */
export async function allPages<T extends KubernetesObject>(
  page: PageOf<T>,
  keep: (object: T) => T,
  size = PAGE,
  restarts = 3,
): Promise<{ items: T[]; metadata: KubernetesListObject<T>["metadata"] } | undefined> {
  const items: T[] = [];
  let next: string | undefined;
  while (true) {
    let found;
    try {
      found = await page({ limit: `${size}`, continue: next });
    } catch (error) {
      if (error instanceof ApiError && error.code === 410 && restarts > 0) {
        return await allPages(page, keep, size, restarts - 1);
      }
      throw error;
    }
    if (!found) return undefined;
    for (const item of found.items) items.push(keep(item));
    // The library's type has the name of its own classes, the answer that of the API.
    next = (found.metadata as { continue?: string } | undefined)?.continue;
    if (!next) return { items, metadata: found.metadata };
  }
}
