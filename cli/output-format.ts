/** `-o`: the forms of an answer, and what the root checks of them before a command runs. */
import { Option } from "@commander-js/extra-typings";

/** What `-o` begins with before a template. */
export const JSONPATH = "jsonpath=";

/** `more`: what this command has beyond the forms of all. */
export function outputOption(more: ("name" | "wide")[] = []) {
  const option = new Option("-o, --output <format>", "output format, as kubectl's")
    .choices(["json", "yaml", ...more, JSONPATH]);
  const { parseArg } = option;
  return option.argParser((text: string): string =>
    text.startsWith(JSONPATH) ? text : parseArg!(text, undefined as never) as string
  );
}

/** A template that cannot be used is found out before anything is done. */
export async function checkOutput(output: unknown): Promise<void> {
  if (typeof output !== "string" || !output.startsWith(JSONPATH)) return;
  (await import("./jsonpath/template.ts")).parseTemplate(output.slice(JSONPATH.length));
}
