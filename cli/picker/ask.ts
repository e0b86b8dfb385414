/** Turns an error about something that is missing into a question. Loads what asks only if there is a question. */
import { CommanderError } from "@commander-js/extra-typings";
import { GefyraError } from "../../lib/errors.ts";
import tree from "../completion/tree.json" with { type: "json" };
import type { TreeCommand } from "../completion/tree.ts";
import { questionOf } from "../completion/words.ts";
import { missingOf, type Thrown, withWord } from "./missing.ts";

/** The line with one word more; `undefined` if there is nothing to ask, or nothing to choose from. */
export async function ask(args: string[], error: unknown): Promise<string[] | "cancelled" | undefined> {
  const { path, ...line } = questionOf(tree as TreeCommand, [...args, ""]);
  const thrown = thrownOf(error);
  const missing = thrown && missingOf(thrown, { path, ...line });
  if (!missing) return undefined;
  const { cancelled, pick } = await import("./pick.ts");
  try {
    const value = await pick(args, missing);
    if (typeof value === "string") return withWord(args, path, missing, value);
    return value === cancelled ? "cancelled" : undefined;
  } catch (failed) {
    // The connection has to be known before its apps and workloads can be offered.
    if (failed instanceof GefyraError && failed.id === "connection-unclear" && thrown.id !== failed.id) {
      return await ask(args, failed);
    }
    // Nothing can be offered: the first error says what to type.
    return undefined;
  }
}

function thrownOf(error: unknown): Thrown | undefined {
  if (error instanceof GefyraError) return { id: error.id };
  if (!(error instanceof CommanderError)) return undefined;
  return { id: error.code, flag: error.message.match(/'(?:-\w, )?(--[\w-]+)/)?.[1] };
}
