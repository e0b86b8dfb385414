/** Turns the options of `gefyra run` into the container that they ask for. */
import { resolve } from "node:path";
import { absoluteBinding } from "../lib/app/binding.ts";
import { splitWords } from "../lib/app/command-line.ts";
import { debugPort } from "../lib/app/debug-port.ts";
import type { Variables } from "../lib/app/env/environ.ts";
import { clusterVariables, ownVariables } from "../lib/app/env/gather.ts";
import { mergeEnvironment } from "../lib/app/env/merge.ts";
import { parseFlags } from "../lib/app/flags/flags.ts";
import { overridden } from "../lib/app/like/like.ts";
import { LIKE, type ReadLike, readLike } from "../lib/app/like/read.ts";
import { absentVolumes, takenPaths } from "../lib/app/like/volumes.ts";
import type { RunOptions, RunTools } from "../lib/app/run.ts";
import { parseMatch } from "../lib/api/match.ts";
import { describeOptions } from "../lib/files/options.ts";
import { parsePorts } from "../lib/workload/ports.ts";
import { parseTarget } from "../lib/workload/target.ts";
import { checkLike } from "./like-options.ts";
import type { RunFlags } from "./run-command.ts";

export type RunTexts = ReturnType<typeof checkRun>;

/** Parses what needs no cluster, and throws if something is wrong with it. */
export function checkRun(options: RunFlags) {
  checkLike(options);
  return {
    flags: parseFlags(options, resolve),
    own: ownVariables({ files: options.envFile, own: options.env }),
    target: options.like ? parseTarget(options.like, LIKE) : undefined,
    debugPorts: options.debugPort.map(debugPort),
    typedPorts: parsePorts(options.port),
    match: options.match ? parseMatch(options.match) : undefined,
  };
}

export interface Wanted {
  wanted: RunOptions;
  /** The container of `--like`. */
  like: ReadLike | undefined;
  /** Variables from the cluster. */
  from: Variables[];
  notes: string[];
}

/** Reads what the options name in the cluster. `words`: the command after `--`. */
export async function wantedApp(
  { engine, cluster }: Pick<RunTools, "engine" | "cluster">,
  words: string[],
  options: RunFlags,
  { flags, own, target, debugPorts }: RunTexts,
): Promise<Wanted> {
  const { namespace } = options;
  const [like, read] = await Promise.all([
    target && readLike({ engine, cluster }, namespace, target),
    clusterVariables(cluster, namespace, options.envFrom),
  ]);
  const from = [...like ? [like.variables] : [], ...read.variables];
  const typed = {
    ...flags,
    command: words.length ? words : options.command ? splitWords(options.command) : undefined,
    volumes: options.volume.map(absoluteBinding),
    publish: [...options.publish, ...debugPorts],
    user: options.user,
    workdir: options.workdir,
  };
  const files = describeOptions({
    ...options,
    namespace,
    from: options.syncFrom === undefined ? target : parseTarget(options.syncFrom),
    serviceAccount: options.serviceAccount,
  });
  const mounts = like?.mounts ?? [], taken = takenPaths(typed, files?.files?.wanted ?? [], mounts);
  const notes = [...like?.notes ?? [], ...absentVolumes(mounts, taken), ...read.notes];
  const wanted: RunOptions = {
    ...overridden(like?.options ?? {}, typed, taken),
    volumes: typed.volumes,
    publish: typed.publish,
    image: options.image ?? like?.options.image ?? "",
    name: options.name ?? target?.name ?? "",
    namespace,
    env: mergeEnvironment({ from, ...own }),
    remove: options.rm ?? false,
    pull: options.pull,
    files,
  };
  return { wanted, like, from, notes };
}
