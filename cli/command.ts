/** What every command shares: how it is created, how much it prints, and how it connects. */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { connectCluster, loadClient } from "../lib/kube/kubernetes.ts";
import type { Cluster } from "../lib/kube/cluster.ts";
import { checkConnectionName, type Connection } from "../lib/connection/connection.ts";
import { chooseConnection, requireConnection } from "../lib/connection/find.ts";
import { connectionCluster } from "../lib/connection/cluster.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import type { Engine } from "../lib/docker/engine.ts";
import type { Steps } from "../lib/steps.ts";
import { outputOption } from "./output-format.ts";
import { progress } from "./progress.ts";

export { connectionCluster, loadClient, outputOption };

export type SetExitCode = (code: number) => void;

/**
 * A command with `--verbose`, `--quiet` and an example in its help; its description is in `commands.ts`. `-v` is left
 * out where it means a volume.
 */
export function command(name: string, example: string, { shortVerbose = true } = {}) {
  return new Command(name)
    .optionsGroup("Common options:")
    .option(shortVerbose ? "-v, --verbose" : "--verbose", "print more details")
    .option("-q, --quiet", "print only the result")
    .optionsGroup("Options:")
    .addHelpText("after", `\nExample:\n${example.trimEnd().replace(/^/gm, "  ")}\n`);
}

export interface Loudness {
  verbose?: true | undefined;
  quiet?: true | undefined;
}

export function stepsOf({ verbose, quiet }: Loudness): Steps {
  return progress({ verbose: verbose ?? false, quiet: quiet ?? false });
}

export const contextOption = () => new Option("--context <name>", "context of the kubeconfig to use");
export const connectionOption = (
  description = "connection to use (default: the only one, else that of the current context)",
) =>
  new Option("--connection <name>", description).env("GEFYRA_CONNECTION")
    // An empty variable counts as unset.
    .argParser((name: string) => name && checkConnectionName(name));
export const kubeconfigOption = () =>
  new Option("--kubeconfig <path>", "kubeconfig to use (default: $KUBECONFIG, else ~/.kube/config)");

export function clusterOf(
  options: { kubeconfig?: string | undefined; context?: string | undefined },
): Promise<Cluster> {
  return connectCluster(options);
}

/** For repeatable options. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Docker, which must answer, and the connection. `name`: what `--connection` was given. */
export async function requireConnected(
  name: string | undefined,
): Promise<{ engine: Engine; connection: Connection }> {
  const engine = connectEngine();
  return { engine, connection: await whileAnswering(engine, requireConnection(engine, name)) };
}

/** The same with the connection's cluster. */
export async function requireCluster(
  name: string | undefined,
): Promise<{ engine: Engine } & Connected> {
  loadClient();
  const { engine, connection } = await requireConnected(name);
  return { engine, connection, cluster: await connectionCluster(connection) };
}

/** Asks both at once. That Docker does not answer comes before what this does to the question. */
export async function whileAnswering<T>(engine: Engine, question: Promise<T>): Promise<T> {
  question.catch(() => {});
  await engine.version();
  return await question;
}

export interface Connected {
  connection: Connection;
  cluster: Cluster;
}

/** Docker, which must answer, and the connection if there is one: what takes down has nothing to do without it. */
export async function chosenConnected(
  name: string | undefined,
): Promise<{ engine: Engine; connected: Connected | undefined }> {
  loadClient();
  const engine = connectEngine();
  const connection = await whileAnswering(engine, chooseConnection(engine, name));
  return { engine, connected: connection && { connection, cluster: await connectionCluster(connection) } };
}

export const wholeNumber = (lowest: number, highest: number) => (value: string): number => {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= lowest && number <= highest) return number;
  throw new InvalidArgumentError(`It must be a whole number from ${lowest} to ${highest}.`);
};
