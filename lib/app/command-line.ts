import { GefyraError } from "../errors.ts";

/**
 * Splits a command line into words as a POSIX shell does, with quotes and backslashes but without any expansion:
 * it is never run by a shell. Pure.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (quote === "'" || (quote === '"' && char !== "\\")) {
      if (char === quote) quote = "";
      else word += char;
    } else if (char === "\\") {
      const next = line[++i] ?? "";
      const kept = quote === '"' && !['"', "\\", "$", "`"].includes(next) ? "\\" : "";
      word = (word ?? "") + kept + next;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote) {
    throw new GefyraError("command-invalid", `Cannot split the command: it has an open ${quote}`, {
      exit: "usage",
      hint: "close the quote, or write the words after -- instead",
    });
  }
  if (word !== undefined) words.push(word);
  return words;
}
