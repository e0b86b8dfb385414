/** The options of `gefyra run`. */
import { type Command, Option } from "@commander-js/extra-typings";
import type { FlagTexts } from "../lib/app/flags/flags.ts";
import { collect, command, connectionOption } from "./command.ts";
import { addFileOptions, type FileFlags } from "./file-options.ts";
import { addLikeOptions, type LikeTexts } from "./like-options.ts";
import { addDebugOption, addDockerOptions, type DebugTexts, withoutDockersIt } from "./run-options.ts";

const example = `gefyra run -i pyserver -N mypyserver -n default -v "$PWD/src:/src"
gefyra run -i my-image -N my-app -n shop --env-from deployment/api --rm -- npm run dev
gefyra run -i my-image -N my-shell --interactive --tty --rm -- sh
gefyra run --like deployment/api -n shop -i api:dev --bridge
gefyra run --like deployment/api -n shop --dry-run`;

export type RunFlags =
  & ReturnType<ReturnType<typeof basicCommand>["opts"]>
  & FlagTexts
  & LikeTexts
  & DebugTexts
  & FileFlags
  & { connection?: string | undefined };

/** Without its action: `gefyra apply` reads the same options from a file. */
export function runCommand() {
  const made = basicCommand();
  // The types of so many options in one chain are too deep for the compiler.
  addDebugOption(made as unknown as Command);
  addDockerOptions(made as unknown as Command);
  addLikeOptions(made as unknown as Command);
  made.addOption(connectionOption());
  addFileOptions(made as unknown as Command);
  const parse = made.parseOptions.bind(made);
  made.parseOptions = (words) => parse(withoutDockersIt(words));
  return made;
}

const basicCommand = () =>
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
