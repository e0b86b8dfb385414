/** The root of the command line: the only place that prints errors and decides the exit code. */
import { Command, CommanderError } from "@commander-js/extra-typings";
import { causesOf, exitCodes, GefyraError, messageOf } from "../lib/errors.ts";
import { VERSION } from "../lib/names.ts";
import { checkSettings } from "../lib/settings.ts";
import { commandsFor } from "./commands.ts";
import { hintOf } from "./hint.ts";
import { asksForJson, mayAsk } from "./interactive.ts";
import { checkOutput } from "./output-format.ts";

/** Runs one command line (without the program's name) and returns the exit code. */
export async function cli(args: string[]): Promise<number> {
  if (args[0] === "complete") {
    const { complete } = await import("./completion/complete.ts");
    console.log(await complete(args.slice(args[1] === "--" ? 2 : 1)));
    return exitCodes.ok;
  }
  let line = args;
  while (true) {
    const { code, failure } = await runLine(line);
    if (!failure) return code;
    const more = await askedFor(line, failure.thrown);
    if (more === "cancelled") return exitCodes.interrupted;
    if (more) line = more;
    else {
      failure.report();
      return code;
    }
  }
}

interface Outcome {
  code: number;
  failure?: { thrown: unknown; report: () => void };
}

async function runLine(args: string[]): Promise<Outcome> {
  let exitCode: number = exitCodes.ok, verbose = false, usage = "";
  const program = new Command("gefyra")
    .description("Make a container on this machine part of a Kubernetes cluster.")
    .version(VERSION, "--version", "print the version")
    .helpCommand(true)
    // -q and -v after `lab up` belong to `up`, not to `lab`.
    .enablePositionalOptions()
    .showHelpAfterError("(add --help for the options)")
    .exitOverride()
    // Not before it is clear that nobody can be asked.
    .configureOutput({ writeErr: (text) => usage += text })
    .hook("preAction", async (_, action) => {
      // The command's own meaning: `-v` of `run` is a volume.
      verbose = action.getOptionValue("verbose") === true;
      checkSettings();
      await checkOutput(action.getOptionValue("output"));
      const { applyDefaults } = await import("./defaults.ts");
      await applyDefaults(action as never);
    });
  const json = asksForJson(args);
  for (const command of await commandsFor(args, (code) => exitCode = code)) {
    for (const one of [command, ...command.commands]) {
      one.exitOverride().copyInheritedSettings(program as never);
    }
    program.addCommand(command as never);
  }
  try {
    if (args.length === 0) {
      program.outputHelp();
      return { code: exitCodes.ok };
    }
    await program.parseAsync(args, { from: "user" });
    return { code: exitCode };
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return { code: exitCodes.ok };
    if (thrown instanceof CommanderError) {
      const message = thrown.message.replace(/^error: /, "");
      const report = () =>
        json
          ? printJson({ id: "usage", message, hint: "add --help for the options" })
          : console.error(usage.trimEnd());
      return { code: exitCodes.usage, failure: { thrown, report } };
    }
    const code = thrown instanceof GefyraError ? exitCodes[thrown.exit] : exitCodes.failure;
    return { code, failure: { thrown, report: () => report(thrown, { json, verbose }) } };
  }
}

/** The line with what a person has picked; `undefined` if the error is not about something to pick. */
async function askedFor(args: string[], thrown: unknown): Promise<string[] | "cancelled" | undefined> {
  if (!mayAsk(args)) return undefined;
  const { ask } = await import("./picker/ask.ts");
  return await ask(args, thrown);
}

const printJson = (error: { id: string; message: string; hint: string | undefined }) =>
  console.error(JSON.stringify({ error }));

function report(thrown: unknown, { json, verbose }: { json: boolean; verbose: boolean }): void {
  const id = thrown instanceof GefyraError ? thrown.id : "internal", hint = hintOf(thrown);
  if (json) return printJson({ id, message: messageOf(thrown), hint });
  console.error(`Error: ${messageOf(thrown)}`);
  if (hint) console.error(`  → ${hint}`);
  if (!(thrown instanceof GefyraError)) return console.error(thrown);
  if (!thrown.cause) return;
  if (!verbose) return console.error("  (--verbose shows the cause)");
  for (const cause of causesOf(thrown)) console.error(`  caused by: ${cause}`);
}
