import { appStopped, listApps, requireApp } from "../lib/app/apps.ts";
import { ownVariables } from "../lib/app/env/gather.ts";
import { mergeEnvironment } from "../lib/app/env/merge.ts";
import { collect, command, connectionOption, requireConnected, type SetExitCode } from "./command.ts";
import { checkTerminal, followTerminal, passSize } from "./terminal.ts";

const example = `gefyra exec -i -t my-app -- sh
gefyra exec -w /src -e DEBUG=1 my-app -- npm test`;

export const exec = (setExitCode: SetExitCode) =>
  command("exec", example)
    .argument("<name>", "app container")
    .argument("<command...>", "command and its arguments, after --")
    .option("-i, --interactive", "keep the command's input open")
    .option("-t, --tty", "give the command a terminal")
    .option(
      "-e, --env <name=value>",
      "environment variable; NAME alone passes the shell's value (repeatable)",
      collect,
      [],
    )
    .option("--env-file <file>", "read variables from a file, as docker does (repeatable)", collect, [])
    .option("-u, --user <user>", "user (and :group) to run as")
    .option("-w, --workdir <path>", "working directory inside the container")
    .addOption(connectionOption())
    // As docker: what follows the name is the command's.
    .passThroughOptions()
    .action(async (name, words, options) => {
      const { interactive = false, tty = false, user, workdir } = options;
      checkTerminal({ interactive, tty }, Deno.stdin.isTerminal());
      const own = ownVariables({ files: options.envFile, own: options.env });
      const { engine, connection } = await requireConnected(options.connection);
      const action = "run a command in";
      const app = requireApp(await listApps(engine, connection), name, action);
      if (app.state !== "running") throw appStopped(app, action);
      const { done, resize } = await engine.execAttached(name, words[0] === "--" ? words.slice(1) : words, {
        env: mergeEnvironment({ from: [], ...own }),
        user,
        workdir,
        tty,
        stdout: (chunk) => Deno.stdout.writeSync(chunk),
        stderr: (chunk) => Deno.stderr.writeSync(chunk),
        ...(interactive ? { stdin: Deno.stdin.readable } : {}),
      });
      if (tty) void passSize(resize);
      const restore = tty ? followTerminal(interactive, resize) : [];
      try {
        setExitCode(await done);
      } finally {
        for (const undo of restore) undo();
      }
    });
