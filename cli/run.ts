import { resolve } from "node:path";
import { splitWords } from "../lib/app/command-line.ts";
import { clusterVariables, ownVariables } from "../lib/app/env/gather.ts";
import { mergeEnvironment } from "../lib/app/env/merge.ts";
import { parseFlags } from "../lib/app/flags/flags.ts";
import { createApp, startApp } from "../lib/app/run.ts";
import { requireConnection } from "../lib/connection/find.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import { Option } from "@commander-js/extra-typings";
import { attached, checkTerminal } from "./attached.ts";
import {
  collect,
  command,
  connectionCluster,
  connectionOption,
  type SetExitCode,
  stepsOf,
} from "./command.ts";
import { note } from "./output.ts";
import { withDockerOptions, withoutDockersIt } from "./run-options.ts";

const example = `gefyra run -i pyserver -N mypyserver -n default -v "$PWD/src:/src"
gefyra run -i my-image -N my-app -n shop --env-from deployment/api --rm -- npm run dev
gefyra run -i my-image -N my-shell --interactive --tty --rm -- sh`;

export const run = (setExitCode: SetExitCode) => {
  const made = withDockerOptions(runCommand())
    .addOption(connectionOption())
    .action(async (words, options) => {
      const flags = parseFlags(options, resolve);
      const own = await ownVariables({ files: options.envFile, own: options.env });
      if (!options.detach) checkTerminal(flags, Deno.stdin.isTerminal());
      const engine = connectEngine();
      await engine.version();
      const connection = await requireConnection(engine, options.connection);
      const cluster = await connectionCluster(connection);
      const { variables, notes } = await clusterVariables(cluster, options.namespace, options.envFrom);
      note(options, notes);
      const app = await createApp({ engine, cluster, steps: stepsOf(options) }, connection, {
        ...flags,
        image: options.image,
        name: options.name,
        namespace: options.namespace,
        command: words.length ? words : options.command ? splitWords(options.command) : undefined,
        env: mergeEnvironment({ from: variables, ...own }),
        volumes: options.volume.map(absolute),
        publish: options.publish,
        user: options.user,
        workdir: options.workdir,
        remove: options.rm ?? false,
        pull: options.pull,
      });
      if (options.detach) {
        await startApp(engine, app);
        console.log(app.id);
      } else {
        setExitCode(await attached(engine, app, flags));
      }
    });
  const parse = made.parseOptions.bind(made);
  made.parseOptions = (words) => parse(withoutDockersIt(words));
  return made;
};

const runCommand = () =>
  command("run", "Run a local image as if it were a pod of the cluster", example, { shortVerbose: false })
    .argument("[command...]", "command to run instead of the image's own, after --")
    .requiredOption("-i, --image <image>", "image to run")
    .requiredOption("-N, --name <name>", "name of the container")
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
