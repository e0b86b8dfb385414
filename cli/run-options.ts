/** The options that `gefyra run` shares with `docker run`. */
import type { Command } from "@commander-js/extra-typings";
import { collect } from "./command.ts";

export interface DebugTexts {
  debugPort: string[];
}

export function addDebugOption(command: Command): void {
  command.option(
    "--debug-port <[host:]port>",
    "publish a debugger's port, on 127.0.0.1 only (repeatable)",
    collect,
    [],
  );
}

/** Adds them under a heading of their own; `FlagTexts` has their values. */
export function addDockerOptions(command: Command): void {
  command
    .optionsGroup("Options of docker run:")
    .option("--add-host <name:address>", "entry of /etc/hosts (repeatable)", collect, [])
    .option("--cap-add <capability>", "add a Linux capability (repeatable)", collect, [])
    .option("--cap-drop <capability>", "drop a Linux capability, or ALL (repeatable)", collect, [])
    .option("--cpus <number>", "limit of CPUs, e.g. 1.5")
    .option("--entrypoint <program>", "program to run instead of the image's own")
    .option("--gpus <devices>", "GPUs: all, a number, or e.g. device=0")
    .option("--hostname <name>", "host name inside (default: the container's name)")
    .option("--init", "run an init process that forwards signals and reaps processes")
    .option("--interactive", "keep the container's input open")
    .option("--label <name=value>", "label of the container (repeatable)", collect, [])
    .option("-m, --memory <size>", "limit of memory, e.g. 512m")
    .option(
      "--mount <mount>",
      "mount as docker writes it, e.g. type=bind,source=DIR,target=/src (repeatable)",
      collect,
      [],
    )
    .option("--network <name>", "another Docker network to join (repeatable)", collect, [])
    .option("--platform <platform>", "platform of the image, e.g. linux/arm64")
    .option("--privileged", "refused: use --cap-add")
    .option("--read-only", "mount the container's root read-only")
    .option("--restart <policy>", "no, always, unless-stopped or on-failure[:MAXIMUM]")
    .option("--shm-size <size>", "size of /dev/shm")
    .option("--tmpfs <path>", "mount a tmpfs at PATH[:OPTIONS] (repeatable)", collect, [])
    .option("-t, --tty", "give the container a terminal; -it as in docker")
    .option("--ulimit <limit>", "limit NAME=SOFT[:HARD], e.g. nofile=1024 (repeatable)", collect, [])
    .optionsGroup("Options:");
}

/** docker's `-it`, which would be read as the image "t". Words after `--` are the container's. Pure. */
export function withoutDockersIt(words: string[]): string[] {
  const end = words.indexOf("--");
  return words.flatMap((word, i) =>
    ["-it", "-ti"].includes(word) && (end < 0 || i < end) ? ["--interactive", "--tty"] : [word]
  );
}
