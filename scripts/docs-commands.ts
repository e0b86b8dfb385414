/** The commands of `gefyra` that a page shows, and what is wrong with them. Pure. */
import type { TreeCommand } from "../cli/completion/tree.ts";
import { blocksOf } from "./pages.ts";

/** Words after `gefyra`: in blocks of shell, and in the text between backticks. */
export function commandsIn(page: string): string[][] {
  const blocks = blocksOf(page, "sh").map((text) => text.replace(/\\\n\s*/g, ""));
  const inline = [...page.replace(/^```.*?^```/gms, "").matchAll(/`([^`]*)`/g)].map(([, text = ""]) => text);
  // A command begins a line, or follows `|`, `&&`, `;`, `$(` or a variable of its own.
  const start = /(?:^|[|;&(]\s*|[A-Z_]+=\S* )gefyra(?: ([^|;&)#<>\n]*)|$)/gm;
  return [...blocks, ...inline].flatMap((text) => [...text.matchAll(start)])
    .map(([, rest = ""]) => rest.match(/"[^"]*"|'[^']*'|\S+/g) ?? []);
}

/** `undefined` if commands and options are known. */
export function problemOf(words: string[], tree: TreeCommand): string | undefined {
  let command = tree;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return undefined;
    if (word.startsWith("-") && word !== "-") {
      const [flag = ""] = word.split("=");
      const option = command.options.find(({ flags }) => flags.includes(flag));
      if (!option && !/^-it?$|^-ti$/.test(flag)) return `${command.name} has no option ${flag}`;
      if (option?.value && !word.includes("=")) i++;
      continue;
    }
    const child = command.commands.find(({ name }) => name === word);
    if (child) command = child;
    else if (command === tree && !isPlaceholder(word)) return `there is no command ${word}`;
  }
  return undefined;
}

/** `…`, `COMMAND`, or two commands at once: `stop|start`. */
const isPlaceholder = (word: string) => /^[A-Z…|]+$/.test(word) || word === "...";
