/** The commands of a page, as they stand there, with names of the test in place of the example's. */
import { sectionOf, shellCommands } from "../../../scripts/pages.ts";
import { inShell } from "./gefyra.ts";
import { root } from "./suite.ts";

interface Setting {
  folder: string;
  /** What is replaced in every command, in this order. */
  names: [RegExp, string][];
  env?: Record<string, string>;
}

export interface Shown {
  /** As the page shows it. */
  command: string;
  /** Runs it, and returns what it prints. It fails when the command does. */
  run(): Promise<string>;
}

/** `section`: only the commands below this heading. */
export async function commandsOf(
  page: string,
  section: string | undefined,
  { folder, names, env }: Setting,
): Promise<Shown[]> {
  const text = await Deno.readTextFile(`${root}${page}`);
  return shellCommands(section === undefined ? text : sectionOf(text, section)).map((command) => {
    const own = names.reduce((line, [example, name]) => line.replaceAll(example, name), command);
    return { command, run: async () => (await inShell(own, folder, env)).stdout };
  });
}
