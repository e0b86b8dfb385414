/** The answer to a shell, as the scripts of @bomb.sh/tab and of cobra read it. Pure. */
import type { Kind } from "./kinds.ts";
import { longOf, type Question } from "./words.ts";

export interface Candidate {
  value: string;
  description?: string | undefined;
}

/** Bits of the answer's last line. */
const NO_SPACE = 2, NO_FILES = 4, KEEP_ORDER = 32;

/** What the command tree alone answers: commands, options and choices. */
export function staticCandidates({ command, options, args, wanted }: Question): Candidate[] {
  if (wanted.kind === "command") {
    return command.commands.map(({ name, description }) => ({ value: name, description }));
  }
  if (wanted.kind === "option") {
    const given = (flags: string[]) => flags.some((flag) => flag in options);
    return command.options.filter(({ flags, repeatable }) => repeatable || !given(flags))
      .map((option) => ({ value: longOf(option), description: option.description }));
  }
  const { choices = [] } = wanted.kind === "value"
    ? wanted.option
    : wanted.kind === "argument"
    ? wanted.argument
    : {};
  return choices.filter((choice) => !args.includes(choice)).map((value) => ({ value }));
}

/** One line for each candidate that fits, `VALUE<tab>DESCRIPTION`, and one with what the shell has to do: `:4`. */
export function answerText(candidates: Candidate[], start: string, kind: Kind): string {
  const seen = new Set<string>();
  const fitting = candidates.filter(({ value }) =>
    value.startsWith(start) && !seen.has(value) && seen.add(value)
  );
  const lines = fitting.map(({ value, description = "" }) => `${plain(value)}\t${plain(description)}`);
  // A port in the cluster is followed by ":" and the local one.
  const more = kind === "ports" && fitting.some(({ value }) => value.endsWith(":"));
  // A template follows `jsonpath=`.
  const open = fitting.length > 0 && fitting.every(({ value }) => value.endsWith("="));
  const bits = (kind === "files" ? 0 : NO_FILES) | (more || open ? NO_SPACE : 0) |
    (kind === "ports" ? KEEP_ORDER : 0);
  return [...lines, `:${bits}`].join("\n");
}

/** No control characters: the text reaches the user's terminal. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}
