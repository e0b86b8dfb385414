/** The contents of a support bundle before secrets are removed. What cannot be collected is listed instead. */
import { messageOf } from "../errors.ts";

/** By path inside the archive: text as it is, everything else as JSON. */
export type Files = Map<string, unknown>;

export interface Collection {
  files: Files;
  /** Puts what `fetch` returns into a file. */
  add(path: string, fetch: () => Promise<unknown>): Promise<void>;
}

export function collection(): Collection {
  const files: Files = new Map();
  const missing: string[] = [];
  return {
    files,
    add: async (path, fetch) => {
      try {
        const content = await fetch();
        if (content !== undefined && content !== "") files.set(path, content);
      } catch (error) {
        missing.push(`${path}: ${messageOf(error)}`);
        files.set("missing.txt", `${missing.join("\n")}\n`);
      }
    },
  };
}

/** Number of lines of each log. */
export const TAIL = 2_000;
