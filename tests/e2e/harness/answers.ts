/** Holds what commands print with `-o json` against the schemas in docs/schemas. */
import { join } from "node:path";
import type { TSchema } from "typebox";
import tree from "../../../cli/completion/tree.json" with { type: "json" };
import type { TreeCommand } from "../../../cli/completion/tree.ts";
import { questionOf } from "../../../cli/completion/words.ts";
import { schemaProblems } from "../../../lib/schema-problems.ts";

export interface Printed {
  code: number;
  stdout: string;
  stderr: string;
}

const folder = new URL("../../../docs/schemas/", import.meta.url).pathname;

/** Throws if a command line with `-o json` has printed something else than its schema says. */
export function checkAnswer(args: string[], printed: Printed): void {
  const problems = answerProblems(args, printed);
  if (problems.length === 0) return;
  const { stdout, stderr } = printed;
  throw new Error(`gefyra ${args.join(" ")}: ${problems.join("; ")}\n${stdout}\n${stderr}`);
}

export function answerProblems(args: string[], { code, stdout, stderr }: Printed): string[] {
  const { path, options } = questionOf(tree as TreeCommand, [...args, ""]);
  // A signal has no answer.
  if (options["--output"]?.at(-1) !== "json" || "--help" in options || code >= 128) return [];
  if (stdout.trim()) return textProblems(path.join("-"), stdout);
  return code === 0
    ? ["it printed nothing"]
    // Progress comes before the error.
    : textProblems("error", stderr.trimEnd().split("\n").at(-1) ?? "");
}

function textProblems(name: string, text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [`${name}: it is no JSON`];
  }
  const schema = JSON.parse(Deno.readTextFileSync(join(folder, `${name}.json`)));
  return schemaProblems(closed(schema) as TSchema, value).map((problem) => `${name}: ${problem}`);
}

/** The published schemas let later versions add fields; in a test, each field has to be in its schema. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in inner ? { additionalProperties: false, ...inner } : inner;
}
