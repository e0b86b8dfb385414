/** Turns a project's file into what `up`, `run` and `bridge` make of the same options. */
import { dirname, resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { BridgeOptions } from "../../lib/bridge/validate.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import type { Engine } from "../../lib/docker/engine.ts";
import { GefyraError, messageOf } from "../../lib/errors.ts";
import { canonical } from "../../lib/canonical.ts";
import type { WantedApp } from "../../lib/project/apply.ts";
import { sha256 } from "../../lib/sha256.ts";
import { bridgeCommand, wantedBridge } from "../bridge.ts";
import { applyDefaults, settingsIn } from "../defaults.ts";
import { runCommand, type RunFlags } from "../run-command.ts";
import { checkRun, wantedApp } from "../run-wanted.ts";
import { upCommand, wantedConnection } from "../up.ts";
import { readConfiguration } from "./load.ts";
import { type Section, sections } from "./sections.ts";
import { commandLine, type Values } from "./words.ts";

export interface WantedProject {
  file: string;
  /** The name of the connection to use, if one is set. */
  connection: string | undefined;
  /** `undefined` if the file leaves the connection alone. */
  up: ReturnType<typeof upCommand> | undefined;
  apps: (tools: () => { engine: Engine; cluster: Cluster }, note: (texts: string[]) => void) => WantedApp[];
  bridges: BridgeOptions[];
}

/** Reads the file and checks all of it. Paths in it are relative to its folder, which becomes the current one. */
export async function wantedProject(named: string | undefined): Promise<WantedProject> {
  const configuration = await readConfiguration(named === undefined ? undefined : resolve(named));
  const { project } = configuration;
  if (!project) {
    throw new GefyraError("project-missing", "Cannot find a project: there is no gefyra.yaml here or above", {
      exit: "notFound",
      hint: "create one (docs/config.md), or name a file with --file",
    });
  }
  const { file, content } = project;
  Deno.chdir(dirname(file));
  const { connection, apps = {}, bridges = {} } = content as Record<string, Values | undefined>;
  const problems: Problem[] = [];
  /** The command after it has read the options, with the defaults of both files; then what it makes of them. */
  const parsed = async <C, T>(
    place: string,
    command: C,
    line: string[],
    make: (command: C) => T,
  ) => {
    try {
      const own = command as unknown as Command;
      own.exitOverride().configureOutput({ writeErr: () => {} }).action(() => {});
      await own.parseAsync(line, { from: "user" });
      await applyDefaults(own, configuration);
      return [make(command)];
    } catch (cause) {
      problems.push({ place, cause });
      return [];
    }
  };
  const lineOf = (section: Section, values: unknown, ...own: string[]) =>
    commandLine(section, values as Values, own);
  const ups = connection
    ? await parsed("connection", upCommand(), lineOf(sections.connection, connection), (command) => {
      wantedConnection(command);
      return command;
    })
    : [];
  const runs = await Promise.all(
    Object.entries(apps).map(([name, values]) => {
      const line = lineOf(sections.apps, values, `--name=${name}`);
      return parsed(`apps.${name}`, runCommand(), line, (command) => {
        const options = command.opts() as unknown as RunFlags;
        const texts = checkRun(options);
        const hash = sha256(canonical({ line, env: texts.own, namespace: options.namespace })).slice(0, 16);
        return { name, options, texts, words: command.args, hash };
      });
    }),
  );
  const all = await Promise.all(
    Object.entries(bridges).map(([name, values]) => {
      const line = lineOf(sections.bridges, values, `--bridge-name=${name}`);
      return parsed(`bridges.${name}`, bridgeCommand(), line, (command) => wantedBridge(command.opts()));
    }),
  );
  if (problems.length) throw invalid(file, problems);
  const settings = settingsIn(configuration, (name) => Deno.env.get(name));
  return {
    file,
    connection: settings.find(({ name }) => name === "connection")?.value,
    up: ups[0],
    bridges: all.flat(),
    apps: (tools, note) =>
      runs.flat().map(({ name, options, texts, words, hash }) => ({
        name,
        hash,
        options: async () => {
          const { wanted, notes } = await wantedApp(tools(), words, options, texts);
          note(notes);
          return wanted;
        },
      })),
  };
}

interface Problem {
  /** In the file, e.g. `apps.api`. */
  place: string;
  cause: unknown;
}

/** Every problem, and where it is. */
function invalid(file: string, problems: Problem[]): GefyraError {
  const texts = problems.map(({ place, cause }) => `${place}: ${messageOf(cause).replace(/^error: /, "")}`);
  const [first] = problems;
  const own = problems.length === 1 && first?.cause instanceof GefyraError ? first.cause.hint : undefined;
  return new GefyraError("config-invalid", `Cannot use ${file}: ${texts.join("; ")}`, {
    exit: "usage",
    hint: own ?? "correct the file; `gefyra config schema` prints what it may contain",
    cause: first?.cause,
  });
}
