/** The commands as data. `tree.json` has them, so that a completion need not load the commands. Pure. */
import type { Command, Option } from "@commander-js/extra-typings";

export interface TreeOption {
  /** Short and long: `["-n", "--namespace"]`. */
  flags: string[];
  description: string;
  /** It is followed by a value. */
  value?: true;
  choices?: string[];
  repeatable?: true;
}

export interface TreeArgument {
  name: string;
  variadic?: true;
  choices?: string[];
}

export interface TreeCommand {
  name: string;
  description: string;
  options: TreeOption[];
  args: TreeArgument[];
  commands: TreeCommand[];
}

/** As in `cli()`: the root has a version, and each command a help. */
export function treeOf(commands: Command[]): TreeCommand {
  const own = commands.map(commandOf);
  const names = own.map(({ name }) => name);
  const help = { name: "help", description: "Show the help of a command", options: [], commands: [] };
  return {
    name: "gefyra",
    description: "",
    options: [{ flags: ["--version"], description: "print the version" }, helpOption],
    args: [],
    commands: [...own, { ...help, args: [{ name: "command", choices: names }] }],
  };
}

const helpOption: TreeOption = { flags: ["-h", "--help"], description: "display help for command" };

function commandOf(command: Command): TreeCommand {
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), helpOption],
    args: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      ...(argument.variadic ? { variadic: true } : {}),
      ...(argument.argChoices ? { choices: [...argument.argChoices] } : {}),
    })),
    commands: command.commands.map((one) => commandOf(one as Command)),
  };
}

function optionOf({ short, long, description, required, optional, argChoices }: Option): TreeOption {
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    ...(required || optional ? { value: true } : {}),
    ...(argChoices ? { choices: [...argChoices] } : {}),
    ...(description.includes("(repeatable") ? { repeatable: true } : {}),
  };
}
