import { resolve } from "node:path";
import { splitWords } from "../lib/app/command-line.ts";
import { debugPort } from "../lib/app/debug-port.ts";
import { clusterVariables, ownVariables } from "../lib/app/env/gather.ts";
import { hiddenNames, mergeEnvironment } from "../lib/app/env/merge.ts";
import { type FlagTexts, parseFlags } from "../lib/app/flags/flags.ts";
import { dockerRun } from "../lib/app/like/docker-run.ts";
import { overridden } from "../lib/app/like/like.ts";
import { portsToBridge } from "../lib/app/like/ports.ts";
import { LIKE, readLike } from "../lib/app/like/read.ts";
import { absentVolumes, takenPaths } from "../lib/app/like/volumes.ts";
import { createApp, previewApp, type RunOptions, startApp } from "../lib/app/run.ts";
import { parseMatch } from "../lib/api/match.ts";
import { defaultBridgeName } from "../lib/bridge/name.ts";
import { whileKept } from "../lib/files/keep.ts";
import { describeOptions } from "../lib/files/options.ts";
import { parsePorts } from "../lib/workload/ports.ts";
import { parseTarget } from "../lib/workload/target.ts";
import { type Command, Option } from "@commander-js/extra-typings";
import { attached } from "./attached.ts";
import {
  collect,
  command,
  connectionCluster,
  connectionOption,
  requireConnected,
  type SetExitCode,
  stepsOf,
} from "./command.ts";
import { addLikeOptions, checkLike, type LikeTexts } from "./like-options.ts";
import { addFileOptions, type FileFlags } from "./file-options.ts";
import { note } from "./output.ts";
import { runBridged } from "./run-bridged.ts";
import { addDebugOption, addDockerOptions, type DebugTexts, withoutDockersIt } from "./run-options.ts";
import { checkTerminal } from "./terminal.ts";

const example = `gefyra run -i pyserver -N mypyserver -n default -v "$PWD/src:/src"
gefyra run -i my-image -N my-app -n shop --env-from deployment/api --rm -- npm run dev
gefyra run -i my-image -N my-shell --interactive --tty --rm -- sh
gefyra run --like deployment/api -n shop -i api:dev --bridge
gefyra run --like deployment/api -n shop --dry-run`;

export const run = (setExitCode: SetExitCode) => {
  const made = runCommand();
  // The types of so many options in one chain are too deep for the compiler.
  addDebugOption(made as unknown as Command);
  addDockerOptions(made as unknown as Command);
  addLikeOptions(made as unknown as Command);
  made.addOption(connectionOption())
    .action(async (words, parsed) => {
      const options = parsed as typeof parsed & FlagTexts & LikeTexts & DebugTexts;
      checkLike(options);
      const flags = parseFlags(options, resolve);
      const own = await ownVariables({ files: options.envFile, own: options.env });
      const target = options.like ? parseTarget(options.like, LIKE) : undefined;
      const debugPorts = options.debugPort.map(debugPort);
      const typedPorts = parsePorts(options.port);
      const match = options.match ? parseMatch(options.match) : undefined;
      if (!options.detach && !options.dryRun) checkTerminal(flags, Deno.stdin.isTerminal());
      const { engine, connection } = await requireConnected(options.connection);
      const cluster = await connectionCluster(connection);
      const tools = { engine, cluster, steps: stepsOf(options) };
      const { namespace } = options;
      const [like, read] = await Promise.all([
        target && readLike(tools, namespace, target),
        clusterVariables(cluster, namespace, options.envFrom),
      ]);
      const from = [...like ? [like.variables] : [], ...read.variables];
      const typed = {
        ...flags,
        command: words.length ? words : options.command ? splitWords(options.command) : undefined,
        volumes: options.volume.map(absolute),
        publish: [...options.publish, ...debugPorts],
        user: options.user,
        workdir: options.workdir,
      };
      const fileFlags = options as unknown as FileFlags;
      const files = describeOptions({
        ...fileFlags,
        namespace,
        from: fileFlags.syncFrom === undefined ? target : parseTarget(fileFlags.syncFrom),
        serviceAccount: fileFlags.serviceAccount,
      });
      const mounts = like?.mounts ?? [], taken = takenPaths(typed, files?.files?.wanted ?? [], mounts);
      note(options, [...like?.notes ?? [], ...absentVolumes(mounts, taken), ...read.notes]);
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
      if (options.dryRun) {
        const hidden = options.showValues ? [] : hiddenNames({ from, ...own });
        return console.log(dockerRun(await previewApp(tools, connection, wanted), new Set(hidden)));
      }
      // Before the container exists.
      const ports = options.bridge && like && target
        ? typedPorts.length ? typedPorts : portsToBridge(like.origin.container, target)
        : [];
      const app = await createApp(tools, connection, wanted);
      const report = (text: string) => console.error(`gefyra: ${text}`);
      if (options.detach) {
        await startApp(engine, app);
        return console.log(app.id);
      }
      const work = () => {
        if (!options.bridge || !target) return attached(engine, app, flags);
        const name = defaultBridgeName(app.name, target.name);
        const bridge = { name, app: app.name, namespace, target, ports, match };
        return runBridged(tools, connection, app, { bridge, terminal: flags, loudness: options });
      };
      setExitCode(await whileKept({ engine, cluster }, { app: app.name, description: files }, report, work));
    });
  addFileOptions(made as unknown as Command);
  const parse = made.parseOptions.bind(made);
  made.parseOptions = (words) => parse(withoutDockersIt(words));
  return made;
};

const runCommand = () =>
  command("run", example, { shortVerbose: false })
    .argument("[command...]", "command to run instead of the image's own, after --")
    .option("-i, --image <image>", "image to run (default with --like: that of the container)")
    .option("-N, --name <name>", "name of the container (default with --like: that of the target)")
    .option("-n, --namespace <name>", "namespace whose names the container sees", "default")
    .option("-c, --command <line>", "command to run instead of the image's own, as one string")
    .option("-v, --volume <binding>", "mount HOST:CONTAINER[:ro] (repeatable)", collect, [])
    .option(
      "-e, --env <name=value>",
      "environment variable; NAME alone passes the shell's value (repeatable)",
      collect,
      [],
    )
    .option("--env-file <file>", "read variables from a file, as docker does (repeatable)", collect, [])
    .option(
      "--env-from <target>",
      "take the environment of a container in the cluster: KIND/NAME[/CONTAINER] (repeatable)",
      collect,
      [],
    )
    .option("-p, --publish <ports>", "publish [[IP:]HOST:]CONTAINER[/PROTOCOL] (repeatable)", collect, [])
    .option("--rm", "remove the container when it ends")
    .option("-d, --detach", "run in the background and print the container's id")
    .option("-u, --user <user>", "user (and :group) to run as")
    .option("-w, --workdir <path>", "working directory inside the container")
    .addOption(
      new Option("--pull <policy>", "when to pull the image").choices(["always", "missing", "never"] as const)
        .default("missing" as const),
    );

/** Docker wants absolute host paths; a word without a slash is a volume's name. */
function absolute(binding: string): string {
  const [source = "", ...rest] = binding.split(":");
  return source.startsWith(".") ? [resolve(source), ...rest].join(":") : binding;
}
