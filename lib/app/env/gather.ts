/** Gathers the variables of `gefyra run` from containers in the cluster, files and the command line. */
import { GefyraError, messageOf } from "../../errors.ts";
import type { Cluster } from "../../kube/cluster.ts";
import { readUserFile } from "../../user-file.ts";
import { parseTarget } from "../../workload/target.ts";
import { findOrigin } from "../origin.ts";
import type { Variables } from "./environ.ts";
import { parseEnvFile } from "./file.ts";
import { environment } from "./own.ts";
import { readEnvironment } from "./read.ts";

export interface OwnSources {
  /** Files of `--env-file`. */
  files: string[];
  /** `--env`. */
  own: string[];
}

/** Files and the command line need no cluster: their mistakes are found first. */
export function ownVariables({ files, own }: OwnSources): { files: string[]; own: string[] } {
  const valueOf = (name: string) => Deno.env.get(name);
  const read = files.map((path) => parseEnvFile(path, readText(path), valueOf));
  return { own: environment(own, valueOf), files: read.flat() };
}

function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readUserFile(path));
  } catch (cause) {
    const state = cause instanceof TypeError ? "it is not UTF-8" : messageOf(cause);
    throw new GefyraError("env-file-invalid", `Cannot read "${path}": ${state}`, {
      exit: "usage",
      hint: "name a file with NAME=VALUE on each line, as for `docker run --env-file`",
      cause,
    });
  }
}

export const ENV_FROM = { action: "read the environment of", option: "--env-from" };

/** The variables of each container, and notes about what could not be read. */
export async function clusterVariables(
  cluster: Cluster,
  namespace: string,
  texts: string[],
): Promise<{ variables: Variables[]; notes: string[] }> {
  const targets = texts.map((text) => parseTarget(text, ENV_FROM));
  const read = await Promise.all(targets.map(async (target, i) => {
    const { variables, notes } = await readEnvironment(cluster, await findOrigin(cluster, namespace, target));
    return { variables, notes: notes.map((note) => `${texts[i]}: ${note}`) };
  }));
  return { variables: read.map(({ variables }) => variables), notes: read.flatMap(({ notes }) => notes) };
}
