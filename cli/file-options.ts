/** The options of `gefyra run` for files and identity of a container in the cluster. */
import type { Command } from "@commander-js/extra-typings";
import { collect } from "./command.ts";

export interface FileFlags {
  sync: string[];
  syncBack: string[];
  syncFrom?: string;
  serviceAccount?: string;
}

/** Outside the inferred type of `run`: with four options more, the compiler would take minutes. */
export function addFileOptions(command: Command): void {
  command
    .option(
      "--sync <remote[:local]>",
      "copy a directory or file of the cluster's container, and follow its changes; `volumes` for all its volumes (repeatable)",
      collect,
      [],
    )
    .option(
      "--sync-back <remote[:local]>",
      "the same, with changes going to the pod (repeatable)",
      collect,
      [],
    )
    .option("--sync-from <target>", "whose files: KIND/NAME[/CONTAINER] in the namespace")
    .option("--service-account <name>", "service account of the namespace to run with");
}
