/** Answers on stdout, in the forms of kubectl. */
import Table from "cli-table3";
import { stringify } from "yaml";
import type { Problem } from "../lib/app/problems.ts";

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

/** `json` and `yaml` print all data, other formats the text. */
export function print(data: unknown, format: string | undefined, text: () => string): void {
  if (format === "json") console.log(JSON.stringify(data, null, 2));
  else if (format === "yaml") console.log(stringify(data).trimEnd());
  else console.log(text());
}

/** What the user should know about a result, on stderr. */
export function note({ quiet }: { quiet?: true | undefined }, notes: string[]): void {
  if (quiet) return;
  for (const text of notes) console.error(`Note: ${text}`);
}
