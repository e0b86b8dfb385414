/** Gives options the defaults of the environment and of the configuration files. */
import type { Command, Option } from "@commander-js/extra-typings";
import { GefyraError, messageOf } from "../lib/errors.ts";
import type { Configuration } from "../lib/project/load.ts";
import {
  type Resolved,
  resolveSettings,
  type SettingName,
  settingNames,
  settingOf,
} from "../lib/project/settings.ts";
import { readConfiguration } from "./project/load.ts";

/** What is typed stays. Reads the files only for a command that has one of the options. */
export async function applyDefaults(
  command: Command,
  configuration?: Configuration,
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<void> {
  const wanted = settingNames.flatMap((name) => {
    const option = optionFor(command, name);
    return option && !isGiven(command, option) ? [{ name, option }] : [];
  });
  if (wanted.length === 0) return;
  const resolved = settingsIn(configuration ?? await readConfiguration(), env);
  for (const { name, option } of wanted) {
    const setting = resolved.find((one) => one.name === name)!;
    if (setting.value === undefined) continue;
    command.setOptionValueWithSource(option.attributeName(), parsed(option, setting), "config");
  }
}

export function settingsIn(
  { user, project }: Configuration,
  env: (name: string) => string | undefined,
): Resolved[] {
  const origin = (loaded: typeof user) =>
    loaded && { file: loaded.file, defaults: loaded.content.defaults ?? {} };
  return resolveSettings(env, { user: origin(user), project: origin(project) });
}

function optionFor(command: Command, name: SettingName): Option | undefined {
  const { option, commands } = settingOf(name);
  const top = command.parent?.parent ? command.parent.name() : command.name();
  if (commands && !commands.includes(top)) return undefined;
  return command.options.find((one) => one.attributeName() === option);
}

/** On the command line, or in a variable that the option knows itself. An empty one counts as unset. */
function isGiven(command: Command, option: Option): boolean {
  const name = option.attributeName();
  const source = command.getOptionValueSource(name);
  return source === "cli" || (source === "env" && Boolean(command.getOptionValue(name)));
}

function parsed(option: Option, { value, from }: Resolved): unknown {
  try {
    return option.parseArg ? option.parseArg(value!, undefined) : value;
  } catch (cause) {
    throw new GefyraError(
      "setting-invalid",
      `Cannot use ${option.long} "${value}" of ${from}: ${messageOf(cause)}`,
      {
        exit: "usage",
        hint: "correct it there; `gefyra config view` shows all settings",
        cause,
      },
    );
  }
}
