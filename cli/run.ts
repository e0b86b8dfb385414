import { hiddenNames } from "../lib/app/env/merge.ts";
import { dockerRun } from "../lib/app/like/docker-run.ts";
import { portsToBridge } from "../lib/app/like/ports.ts";
import { createApp, previewApp, startApp } from "../lib/app/run.ts";
import { defaultBridgeName } from "../lib/bridge/name.ts";
import { whileKept } from "../lib/files/keep.ts";
import { attached } from "./attached.ts";
import { requireCluster, type SetExitCode, stepsOf } from "./command.ts";
import { interruptible } from "./interruptible.ts";
import { note } from "./output.ts";
import { runBridged } from "./run-bridged.ts";
import { runCommand, type RunFlags } from "./run-command.ts";
import { checkRun, wantedApp } from "./run-wanted.ts";
import { checkTerminal } from "./terminal.ts";

export const run = (setExitCode: SetExitCode) =>
  runCommand().action(async (words, parsed) => {
    const options = parsed as unknown as RunFlags;
    const texts = checkRun(options);
    const { own, target, typedPorts, match, flags } = texts;
    if (!options.detach && !options.dryRun) checkTerminal(flags, Deno.stdin.isTerminal());
    const { engine, connection, cluster } = await requireCluster(options.connection);
    const tools = { engine, cluster, steps: stepsOf(options) };
    const { namespace } = options;
    const { wanted, like, from, notes } = await wantedApp(tools, words, options, texts);
    note(options, notes);
    if (options.dryRun) {
      const hidden = options.showValues ? [] : hiddenNames({ from, ...own });
      return console.log(dockerRun(await previewApp(tools, connection, wanted), new Set(hidden)));
    }
    // Before the container exists.
    const ports = options.bridge && like && target
      ? typedPorts.length ? typedPorts : portsToBridge(like.origin.container, target)
      : [];
    const app = await interruptible(options, () => createApp(tools, connection, wanted));
    const report = (text: string) => options.quiet ? undefined : console.error(`gefyra: ${text}`);
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
    const kept = { app: app.name, description: wanted.files };
    setExitCode(await whileKept({ engine, cluster }, kept, report, work));
  });
