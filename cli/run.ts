import { resolve } from "node:path";
import { type App, createApp, startApp } from "../lib/app/run.ts";
import { splitWords } from "../lib/app/command-line.ts";
import { environment } from "../lib/app/env/own.ts";
import { requireConnection } from "../lib/connection/find.ts";
import { connectEngine } from "../lib/docker/dockerode.ts";
import type { Engine } from "../lib/docker/engine.ts";
import { Option } from "@commander-js/extra-typings";
import {
  collect,
  command,
  connectionCluster,
  connectionOption,
  type SetExitCode,
  stepsOf,
} from "./command.ts";

const example = `gefyra run -i pyserver -N mypyserver -n default -v "$PWD/src:/src"
gefyra run -i my-image -N my-app -n shop --rm -- npm run dev`;

export const run = (setExitCode: SetExitCode) =>
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
    .option("-p, --publish <ports>", "publish [[IP:]HOST:]CONTAINER[/PROTOCOL] (repeatable)", collect, [])
    .option("--rm", "remove the container when it ends")
    .option("-d, --detach", "run in the background and print the container's id")
    .option("-u, --user <user>", "user (and :group) to run as")
    .option("-w, --workdir <path>", "working directory inside the container")
    .addOption(
      new Option("--pull <policy>", "when to pull the image").choices(["always", "missing", "never"] as const)
        .default("missing" as const),
    )
    .addOption(connectionOption())
    .action(async (words, options) => {
      const engine = connectEngine();
      await engine.version();
      const connection = await requireConnection(engine, options.connection);
      const cluster = await connectionCluster(connection);
      const app = await createApp({ engine, cluster, steps: stepsOf(options) }, connection, {
        image: options.image,
        name: options.name,
        namespace: options.namespace,
        command: words.length ? words : options.command ? splitWords(options.command) : undefined,
        env: environment(options.env, (name) => Deno.env.get(name)),
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
        setExitCode(await attached(engine, app));
      }
    });

/** Like docker run: all output from the start, signals are forwarded, the container's exit code is returned. */
async function attached(engine: Engine, app: App): Promise<number> {
  const { id } = app;
  // Requested before the start, because a short-lived container may be gone right after it.
  const ended = engine.wait(id);
  ended.catch(() => {});
  const { done } = await engine.attach(
    id,
    (chunk) => Deno.stdout.writeSync(chunk),
    (chunk) => Deno.stderr.writeSync(chunk),
  );
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  const handlers = signals.map((signal) => {
    const handler = () => void engine.kill(id, signal).catch(() => {});
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  try {
    await startApp(engine, app);
    const code = await ended;
    await done;
    return code;
  } finally {
    for (const remove of handlers) remove();
  }
}

/** Docker wants absolute host paths; a word without a slash is a volume's name. */
function absolute(binding: string): string {
  const [source = "", ...rest] = binding.split(":");
  return source.startsWith(".") ? [resolve(source), ...rest].join(":") : binding;
}
