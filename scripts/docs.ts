/**
 * deno task docs
 *
 * Writes docs/commands.md from the help of the commands themselves.
 */
import { Command } from "@commander-js/extra-typings";
import { commands } from "../cli/commands.ts";
import { exitCodes, type ExitReason } from "../lib/errors.ts";

export const PAGE = "docs/commands.md";

const meanings: Record<ExitReason | "ok", string> = {
  ok: "done",
  failure: "something failed; `status`: a connection does not work; `doctor`: something is broken",
  usage: "the command line cannot be understood",
  notFound: "something that was named is not there",
  unreachable: "Docker, the cluster or Stowaway cannot be reached",
  forbidden: "the cluster's user has not the rights",
  refused: "it cannot be bridged, for the reason given; nothing was changed",
  timeout: "it took too long",
  conflict: "something is there already, or in the way",
};

const HEAD = `# The commands

Made by \`deno task docs\` from the program's own \`--help\`.

The answer goes to stdout, progress and errors go to stderr. With \`-o json\` an error is one JSON object,
\`{"error": {"id", "message", "hint"}}\`. The ids are listed in [troubleshooting](troubleshooting.md).
`;

export async function commandsPage(): Promise<string> {
  const root = new Command("gefyra");
  const sections = commands(() => {}).flatMap((command) => {
    root.addCommand(command as never);
    return [command, ...command.commands as Command[]].map((one) =>
      `## ${pathOf(one)}\n\n\`\`\`text\n${helpOf(one).trim()}\n\`\`\`\n`
    );
  });
  const codes = Object.entries(exitCodes).map(([reason, code]) =>
    `| ${code} | ${meanings[reason as ExitReason]} |`
  );
  const table = ["## Exit codes", "", "| code | meaning |", "| --- | --- |", ...codes, ""].join("\n");
  const note = "`run` in the foreground ends with the container's own exit code.\n";
  return await formatted([HEAD, ...sections, table, note].join("\n"));
}

function pathOf(command: Command): string {
  const parent = command.parent as Command | null;
  return parent ? `${pathOf(parent)} ${command.name()}` : command.name();
}

/** With the example, which commander adds when it prints only; as wide whatever the terminal. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => text += part,
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

async function formatted(markdown: string): Promise<string> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "--line-width", "110", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = process.output();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout } = await output;
  if (!success) throw new Error("the page cannot be formatted");
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) await Deno.writeTextFile(new URL(`../${PAGE}`, import.meta.url), await commandsPage());
