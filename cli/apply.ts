/** `gefyra apply` and `gefyra delete`: all that a project's `gefyra.yaml` names. */
import type { Command } from "@commander-js/extra-typings";
import { disconnect } from "../lib/connection/down.ts";
import { up } from "../lib/connection/up.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { applyProject } from "../lib/project/apply.ts";
import type { Change } from "../lib/project/changes.ts";
import { deleteProject, usesOf } from "../lib/project/delete.ts";
import {
  chosenConnected,
  clusterOf,
  command,
  connectionCluster,
  connectionOption,
  outputOption,
  requireCluster,
  stepsOf,
} from "./command.ts";
import { interruptible } from "./interruptible.ts";
import { answer, note } from "./output.ts";
import { type WantedProject, wantedProject } from "./project/wanted.ts";
import { upText, wantedConnection } from "./up.ts";

const fileOption = "project's file (default: gefyra.yaml in this folder or above)";

export const apply = () =>
  command("apply", "gefyra apply\ngefyra apply -f shop/gefyra.yaml")
    .option("-f, --file <path>", fileOption)
    .addOption(connectionOption())
    .addOption(outputOption(["name"]))
    .action(async (options, self) => {
      const wanted = await wantedProject(options.file);
      const steps = stepsOf(options);
      const lines: string[] = [];
      let name = nameOf(wanted, self);
      if (wanted.up) {
        const cluster = await clusterOf(wanted.up.opts());
        const { connection } = wantedConnection(wanted.up);
        const wantedName = name ?? connection.connection;
        const result = await interruptible(
          options,
          () => up({ engine: connectEngine(), cluster, steps }, { ...connection, connection: wantedName }),
        );
        name = result.connection.name;
        lines.push(upText(cluster.context, result));
      }
      const { engine, connection, cluster } = await requireCluster(name);
      const tools = { engine, cluster, steps };
      const apps = wanted.apps(() => tools, (notes) => note(options, notes));
      const applied = await interruptible(
        options,
        () => applyProject(tools, connection, { ...wanted, apps }),
      );
      lines.push(
        ...applied.apps.map(({ name, change }) => `App ${name} ${said[change]}.`),
        ...applied.bridges.map(({ name, change }) => `Bridge ${name} ${said[change]}.`),
      );
      await answer("apply", { connection: connection.name, ...applied }, options, {
        text: () => lines.join("\n"),
        names: () => [
          ...wanted.up ? [`connection/${connection.name}`] : [],
          ...applied.apps.map(({ name }) => `app/${name}`),
          ...applied.bridges.map(({ name }) => `bridge/${name}`),
        ],
      });
    });

/** The connection that is typed, else that of the environment and of the files, the one of `--file` among them. */
function nameOf(
  { connection }: WantedProject,
  command: Pick<Command, "getOptionValueSource" | "getOptionValue">,
) {
  const typed = command.getOptionValueSource("connection") === "cli";
  return typed ? command.getOptionValue("connection") as string : connection;
}

const said: Record<Change, string> = {
  create: "is created",
  replace: "is replaced",
  start: "is started",
  none: "is unchanged",
};

export const deleteCommand = () =>
  command("delete", "gefyra delete")
    .option("-f, --file <path>", fileOption)
    .addOption(connectionOption())
    .addOption(outputOption(["name"]))
    .action(async (options, self) => {
      const wanted = await wantedProject(options.file);
      const { engine, connected } = await chosenConnected(nameOf(wanted, self));
      if (!connected) {
        const nothing = { apps: [], bridges: [], disconnected: false };
        const texts = { text: () => "Not connected. Nothing to do.", names: () => [] };
        return await answer("delete", nothing, options, texts);
      }
      const { connection, cluster } = connected, steps = stepsOf(options);
      const tools = { engine, cluster, steps };
      const { notes, ...gone } = await deleteProject(tools, connection, {
        ...wanted,
        apps: wanted.apps(() => tools, () => {}),
      });
      note(options, notes);
      const uses = wanted.up ? await usesOf(tools, connection) : [];
      const disconnected = wanted.up !== undefined && uses.length === 0;
      if (disconnected) {
        const own = { engine, steps, connectCluster: connectionCluster, currentCluster: () => clusterOf({}) };
        note(options, (await disconnect(own, { name: connection.name })).remarks);
      }
      const lines = [
        ...gone.bridges.map((name) => `Bridge ${name} is removed.`),
        ...gone.apps.map((name) => `App ${name} is removed.`),
        ...disconnected ? [`Disconnected ${connection.name}.`] : [],
        ...uses.length
          ? [
            `Connection ${connection.name} stays: ${uses.join(", ")} ${
              uses.length === 1 ? "uses" : "use"
            } it.`,
          ]
          : [],
      ];
      await answer("delete", { ...gone, disconnected }, options, {
        text: () => lines.join("\n") || "Nothing to do.",
        names: () => [
          ...gone.bridges.map((name) => `bridge/${name}`),
          ...gone.apps.map((name) => `app/${name}`),
          ...disconnected ? [`connection/${connection.name}`] : [],
        ],
      });
    });
