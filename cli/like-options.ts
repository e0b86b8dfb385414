/** `gefyra run --like` and `--bridge`. */
import type { Command } from "@commander-js/extra-typings";
import { GefyraError } from "../lib/errors.ts";
import { collect } from "./command.ts";
import { withMatch } from "./match-options.ts";

/** Adds them under a heading of their own; `LikeTexts` has their values. */
export function addLikeOptions(command: Command): void {
  withMatch(
    command
      .optionsGroup("Options for a container like one in the cluster:")
      .option(
        "--like <target>",
        "take everything that is not given from KIND/NAME[/CONTAINER] in the cluster",
      )
      .option("--dry-run", "print the docker run it amounts to, and change nothing")
      .option("--show-values", "with --dry-run: show the values of variables from the cluster and from files")
      .option("--bridge", "bridge the container of --like as well; both end together")
      .option(
        "--port <remote:local>",
        "with --bridge: port in the cluster and local port (repeatable; default: those of the container)",
        collect,
        [],
      ),
  ).optionsGroup("Options:");
}

export interface LikeTexts {
  like?: string | undefined;
  image?: string | undefined;
  name?: string | undefined;
  dryRun?: true | undefined;
  showValues?: true | undefined;
  bridge?: true | undefined;
  port: string[];
  match?: string[][] | undefined;
  detach?: true | undefined;
  restart?: string | undefined;
}

/** Reports all combinations that mean nothing, at once. */
export function checkLike(texts: LikeTexts): void {
  const { like, image, name, dryRun, showValues, bridge, port, match, detach, restart } = texts;
  const problems = [
    ...image || like ? [] : ["it needs --image or --like"],
    ...name || like ? [] : ["it needs --name or --like"],
    ...bridge && !like ? ["--bridge needs --like"] : [],
    ...bridge && detach ? ["--bridge and --detach exclude each other: bridge it with `gefyra bridge`"] : [],
    ...bridge && dryRun ? ["--bridge and --dry-run exclude each other: see `gefyra bridge --dry-run`"] : [],
    ...bridge && restart && restart !== "no" ? ["--bridge and --restart exclude each other"] : [],
    ...(port.length || match) && !bridge ? ["--port and --match need --bridge"] : [],
    ...showValues && !dryRun ? ["--show-values needs --dry-run"] : [],
  ];
  if (problems.length === 0) return;
  throw new GefyraError("run-unclear", `Cannot run: ${problems.join("; ")}`, {
    exit: "usage",
    hint: "`gefyra run --help` shows what belongs together",
  });
}
