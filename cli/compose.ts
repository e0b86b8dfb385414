/** `gefyra compose`: services of a Compose project that are apps. */
import type { Command } from "@commander-js/extra-typings";
import { composeDown } from "../lib/compose/down.ts";
import { composeUp } from "../lib/compose/up.ts";
import { metadata } from "../lib/compose/provider/options.ts";
import { GefyraError } from "../lib/errors.ts";
import {
  chosenConnected,
  collect,
  command,
  connectionOption,
  requireCluster,
  type SetExitCode,
  stepsOf,
} from "./command.ts";
import { addProviderOptions, type Call, callDown, callUp, providerTexts } from "./compose-provider.ts";
import { interruptible } from "./interruptible.ts";
import { note, say } from "./output.ts";

const example = `gefyra compose up -f compose.yaml
gefyra compose down -f compose.yaml`;

export const compose = (setExitCode: SetExitCode) =>
  command("compose", example)
    .option("--project-name <name>", "set by Docker Compose, which calls Gefyra for a provider service")
    .addCommand(up(setExitCode))
    .addCommand(down(setExitCode))
    .addCommand(describe(), { hidden: true });

const describe = () =>
  command("metadata", "gefyra compose metadata")
    .description("Print what a provider service may say, for Docker Compose")
    .action(() => console.log(JSON.stringify(metadata())));

/** The call of Compose; `undefined` if a user has typed the command. */
function callOf(self: Command, services: string[], connection: string | undefined): Call | undefined {
  const project = self.parent?.getOptionValue("projectName") as string | undefined;
  const texts = providerTexts(self);
  if (project !== undefined) return { project, services, texts, connection };
  const [stray] = Object.keys(texts);
  if (stray === undefined) return undefined;
  throw new GefyraError("compose-invalid", `Cannot use --${stray}: it is for Docker Compose`, {
    exit: "usage",
    hint: "say it with x-gefyra in the Compose file",
  });
}

const projectCommand = (name: string, description: string, example: string) =>
  command(name, example)
    .description(description)
    .argument("[service...]", "services of the project (default: all)")
    .option("-f, --file <file>", "Compose file (repeatable; default: as docker compose)", collect, [])
    .option("-p, --project-name <name>", "name of the project (default: as docker compose)")
    .option("--profile <name>", "profile to enable (repeatable)", collect, [])
    .option("--env-file <file>", "file with the variables of the Compose files (repeatable)", collect, [])
    .addOption(connectionOption());

const filesOf = (
  { file, projectName, profile, envFile }: {
    file: string[];
    projectName?: string | undefined;
    profile: string[];
    envFile: string[];
  },
) => ({ files: file, project: projectName, profiles: profile, envFiles: envFile });

const up = (setExitCode: SetExitCode) => {
  const made = projectCommand(
    "up",
    "Start a project with docker compose, its services with x-gefyra as if they were pods of the cluster",
    "gefyra compose up -f compose.yaml",
  )
    .option("--build", "build images first")
    .action(async (services, options, self) => {
      const call = callOf(self as unknown as Command, services, options.connection);
      if (call) return await callUp(call, setExitCode);
      const { engine, connection, cluster } = await requireCluster(options.connection);
      const tools = { engine, cluster, steps: stepsOf(options) };
      const { project, apps, notes } = await interruptible(
        options,
        () =>
          composeUp(tools, connection, {
            ...{ files: filesOf(options), services },
            ...{ build: options.build ?? false, quiet: options.quiet ?? false },
          }),
      );
      note(options, notes);
      say(options, `Project ${project} is up; in the cluster's network: ${apps.join(", ")}.`);
    });
  addProviderOptions(made as unknown as Command);
  return made;
};

const down = (setExitCode: SetExitCode) => {
  const made = projectCommand(
    "down",
    "Restore what the project's services bridge, and remove its containers and networks",
    "gefyra compose down -f compose.yaml",
  )
    .action(async (services, options, self) => {
      const call = callOf(self as unknown as Command, services, options.connection);
      if (call) return await callDown(call, setExitCode);
      const { engine, connected } = await chosenConnected(options.connection);
      const { project, notes } = await composeDown({ engine, steps: stepsOf(options) }, connected, {
        ...{ files: filesOf(options), services, quiet: options.quiet ?? false },
      });
      note(options, notes);
      say(
        options,
        services.length
          ? `${services.join(", ")} of project ${project}: down.`
          : `Project ${project} is down.`,
      );
    });
  addProviderOptions(made as unknown as Command);
  return made;
};
