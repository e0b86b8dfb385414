/** Answers on stdout, in the forms of kubectl. */
import Table from "cli-table3";
import type { Problem } from "../lib/app/problems.ts";
import type { Answer, AnswerName } from "./answers/answers.ts";
import { JSONPATH } from "./output-format.ts";

export type Cell = string | number | undefined;

export interface Column<T> {
  name: string;
  value: (row: T) => Cell;
  /** Only shown with `-o wide`. */
  wide?: boolean;
}

/** Rows under upper-case headings, columns three spaces apart. */
export function table<T>(rows: T[], columns: Column<T>[], wide = false): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const borders = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
  const out = new Table({
    chars: { ...none, ...borders, right: "", "right-mid": "", middle: "   " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  out.push(shown.map(({ name }) => name));
  for (const row of rows) out.push(shown.map(({ value }) => String(value(row) ?? "")));
  return out.toString().split("\n").map((line) => line.trimEnd()).join("\n");
}

/** Problems of something that was created successfully. They go to stderr, because the result does not change. */
export function warn({ quiet }: { quiet?: true | undefined }, problems: Problem[]): void {
  if (quiet) return;
  for (const { message, remedy } of problems) console.error(`Warning: ${message}\n  → ${remedy}`);
}

/** Problems within a result: `! web: app:8000 does not answer`, and what to do. */
export const problemLines = (problems: Problem[], name?: string): string[] =>
  problems.map(({ message, remedy }) => `! ${name ? `${name}: ` : ""}${message}\n  → ${remedy}`);

export interface Form {
  output?: string | undefined;
  quiet?: true | undefined;
}

export interface Texts {
  /** For people. */
  text: (wide: boolean) => string | Promise<string>;
  /** `KIND/NAME` of each thing: `-o name`. */
  names?: () => string[];
  /** With --quiet; by default the names without their kinds if there are any, else the text. */
  short?: () => string;
}

/** Prints a command's answer in the form that was asked for. `-o` is stronger than --quiet. */
export async function answer<N extends AnswerName>(
  _name: N,
  data: Answer<N>,
  { output, quiet }: Form,
  { text, names, short }: Texts,
): Promise<void> {
  const bare = () => names?.().map((name) => name.slice(name.indexOf("/") + 1)).join("\n");
  if (output === "json") print(JSON.stringify(data, null, 2));
  else if (output === "yaml") print((await import("./yaml.ts")).stringify(data).trimEnd());
  else if (output === "name") print(names?.().join("\n") ?? "");
  else if (output?.startsWith(JSONPATH)) {
    const { filled, parseTemplate } = await import("./jsonpath/template.ts");
    // As a program reads it from `-o json`, and as kubectl without a line break of its own.
    write(filled(parseTemplate(output.slice(JSONPATH.length)), JSON.parse(JSON.stringify(data))));
  } else if (quiet && !output) print(short?.() ?? bare() ?? await text(false));
  else print(await text(output === "wide"));
}

/** Nothing is no line. */
function print(text: string): void {
  if (text) console.log(text);
}

function write(text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

/** That something is done: a sentence for people, and nothing that a program could use. */
export function say({ quiet }: { quiet?: true | undefined }, text: string): void {
  if (!quiet) print(text);
}

/** What the user should know about a result, on stderr. */
export function note({ quiet }: { quiet?: true | undefined }, notes: string[]): void {
  if (quiet) return;
  for (const text of notes) console.error(`Note: ${text}`);
}
