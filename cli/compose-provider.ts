/** How Docker Compose calls Gefyra for a service with `provider: {type: gefyra}`: JSON on stdout, and nothing else. */
import { type Command, Option } from "@commander-js/extra-typings";
import {
  errorMessage,
  message,
  messageSteps,
  type Say,
  variableMessages,
} from "../lib/compose/provider/messages.ts";
import { providerSettings } from "../lib/compose/provider/options.ts";
import { providerDown, providerUp } from "../lib/compose/provider/provider.ts";
import { exitCodes, GefyraError } from "../lib/errors.ts";
import { chosenConnected, collect, requireCluster, type SetExitCode } from "./command.ts";
import { interruptible } from "./interruptible.ts";

/** Compose hands them over as `--NAME=VALUE`; they are no part of the help. */
export function addProviderOptions(command: Command): void {
  for (const { name, description } of providerSettings) {
    command.addOption(new Option(`--${name} <value>`, description).argParser(collect).hideHelp());
  }
}

/** Those that were given, by their names. */
export function providerTexts(command: Command): Record<string, string[]> {
  const given = command.options.filter(({ long }) =>
    providerSettings.some(({ name }) => `--${name}` === long)
  )
    .map((option) => [option.long!.slice(2), command.getOptionValue(option.attributeName())] as const)
    .filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string[]>;
}

export interface Call {
  project: string;
  services: string[];
  texts: Record<string, string[]>;
  connection: string | undefined;
}

const say: Say = (line) => console.log(line);

export const callUp = (call: Call, setExitCode: SetExitCode) =>
  answer(setExitCode, async () => {
    const { engine, connection, cluster } = await requireCluster(call.connection);
    const tools = { engine, cluster, steps: messageSteps(say) };
    const options = { texts: call.texts, say: (note: string) => say(message("info", note)) };
    const variables = await interruptible(
      { quiet: true },
      () => providerUp(tools, connection, serviceOf(call), options),
    );
    for (const line of variableMessages(variables)) say(line);
  });

export const callDown = (call: Call, setExitCode: SetExitCode) =>
  answer(setExitCode, async () => {
    const { engine, connected } = await chosenConnected(call.connection);
    const notes = await providerDown({ engine, steps: messageSteps(say) }, connected, serviceOf(call));
    for (const note of notes) say(message("info", note));
  });

function serviceOf({ project, services }: Call) {
  const [service] = services;
  if (service && services.length === 1) return { project, service };
  throw new GefyraError(
    "compose-invalid",
    `Cannot provide ${services.length} services: it is one each time`,
    {
      exit: "usage",
      hint: "for your own use, put --project-name behind `up`",
    },
  );
}

/** Compose reads errors on stdout; it ends the provider then, so this is the last word. */
async function answer(setExitCode: SetExitCode, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(errorMessage(error));
    setExitCode(error instanceof GefyraError ? exitCodes[error.exit] : exitCodes.failure);
  }
}
