/** Finds out what a command line that ends in an unfinished word asks for. Pure. */
import type { TreeArgument, TreeCommand, TreeOption } from "./tree.ts";

export type Wanted =
  | { kind: "command" }
  | { kind: "option" }
  /** The value of an option. */
  | { kind: "value"; option: TreeOption }
  | { kind: "argument"; argument: TreeArgument }
  /** What only files can be offered for: words after `--`, and arguments that the command does not have. */
  | { kind: "other" };

export interface Question {
  command: TreeCommand;
  /** Names of the command and its subcommand; empty for the root. */
  path: string[];
  /** Values of the options before the word, by long flag. */
  options: Record<string, string[]>;
  /** The arguments before the word. */
  args: string[];
  wanted: Wanted;
  /** What the answers begin with: the word, or its part after `--option=`. */
  start: string;
}

export const longOf = ({ flags }: TreeOption): string => flags.at(-1)!;

/** `words`: everything after `gefyra`; the last one, which may be empty, is to be completed. */
export function questionOf(root: TreeCommand, words: string[]): Question {
  let command = root, waiting: TreeOption | undefined, other = false;
  const path: string[] = [], args: string[] = [], options: Record<string, string[]> = {};
  const give = (option: TreeOption, value: string) => (options[longOf(option)] ??= []).push(value);
  for (const word of words.slice(0, -1)) {
    const [option, value] = flagIn(command, word);
    const below = command.commands.find(({ name }) => name === word);
    if (waiting) {
      give(waiting, word);
      waiting = undefined;
    } else if (other) args.push(word);
    else if (word === "--") other = true;
    else if (option?.value && value === undefined) waiting = option;
    else if (option) give(option, value ?? "");
    else if (below && args.length === 0) {
      command = below;
      path.push(word);
    } else if (!word.startsWith("-")) args.push(word);
  }
  const last = words.at(-1) ?? "";
  const asked = { command, path, options, args };
  if (waiting) return { ...asked, wanted: { kind: "value", option: waiting }, start: last };
  if (other) return { ...asked, wanted: { kind: "other" }, start: last };
  const [option, value] = last.startsWith("--") ? flagIn(command, last) : [undefined, undefined];
  if (option?.value && value !== undefined) {
    return { ...asked, wanted: { kind: "value", option }, start: value };
  }
  if (last.startsWith("-")) return { ...asked, wanted: { kind: "option" }, start: last };
  return { ...asked, wanted: operand(command, args.length), start: last };
}

function operand({ commands, args }: TreeCommand, before: number): Wanted {
  if (commands.length && before === 0) return { kind: "command" };
  const last = args.at(-1);
  const argument = args[before] ?? (last?.variadic ? last : undefined);
  return argument ? { kind: "argument", argument } : { kind: "other" };
}

/** The option that a word is, and its value if that is in the same word: `--name=x`, `-nx`. */
function flagIn({ options }: TreeCommand, word: string): [TreeOption | undefined, string | undefined] {
  const find = (flag: string) => options.find(({ flags }) => flags.includes(flag));
  if (word.startsWith("--")) {
    const [flag = "", ...value] = word.split("=");
    return [find(flag), value.length ? value.join("=") : undefined];
  }
  const option = word.startsWith("-") ? find(word.slice(0, 2)) : undefined;
  return [option, option?.value && word.length > 2 ? word.slice(2) : undefined];
}
