/** What each option and argument takes, as far as it can be completed. Pure. */
import type { Question } from "./words.ts";
import { longOf } from "./words.ts";

export type Kind =
  | "apps"
  | "bridges"
  | "connections"
  | "containers"
  | "contexts"
  | "deployments"
  | "files"
  /** Running containers that Gefyra did not start. */
  | "foreign"
  | "namespaces"
  | "ports"
  | "targets"
  /** Nothing can be offered. */
  | "text";

/** By flag or `<argument>`; `COMMAND FLAG` where a command means something else. */
export const kinds: Record<string, Kind> = {
  "--connection": "connections",
  "--context": "contexts",
  "--kubeconfig": "files",
  "--namespace": "namespaces",
  "--namespaces": "namespaces",
  "--target": "targets",
  "--env-from": "targets",
  "--like": "targets",
  "--sync-from": "targets",
  "--deployment": "deployments",
  "--container-name": "containers",
  "--port": "ports",
  "up --port": "text",
  "bridge --name": "apps",
  "unbridge --name": "bridges",
  "--env-file": "files",
  "--file": "files",
  "--values": "files",
  "--volume": "files",
  "<containers>": "foreign",
  "<name>": "apps",
  "<names>": "apps",
  "<target>": "targets",
  "<file>": "files",
  "<command>": "files",
  ...texts("--name", "--endpoint", "--host", "--subnet", "--service-annotation", "--service-port"),
  ...texts("--disconnect-timeout", "--registry", "--tag", "--allow-user", "--allow-group", "--image"),
  ...texts(
    "--command",
    "--env",
    "--publish",
    "--user",
    "--workdir",
    "--debug-port",
    "--add-host",
    "--cap-add",
  ),
  ...texts("--cap-drop", "--cpus", "--entrypoint", "--gpus", "--hostname", "--label", "--memory", "--mount"),
  ...texts("--network", "--platform", "--restart", "--shm-size", "--tmpfs", "--ulimit", "--match", "--sync"),
  ...texts(
    "--sync-back",
    "--service-account",
    "--tail",
    "--since",
    "--drain-timeout",
    "--time",
    "--wait",
    "--timeout",
    "--bridge-name",
    "--watch-url",
  ),
  ...texts("--workers", "<image>", "<url>"),
  ...texts("--project-name", "--profile", "<service>"),
};

function texts(...names: string[]): Record<string, Kind> {
  return Object.fromEntries(names.map((name) => [name, "text"]));
}

export function kindOf({ path, wanted }: Pick<Question, "path" | "wanted">): Kind {
  if (wanted.kind === "other") return "files";
  if (wanted.kind !== "value" && wanted.kind !== "argument") return "text";
  const name = wanted.kind === "value" ? longOf(wanted.option) : `<${wanted.argument.name}>`;
  return kinds[`${path.join(" ")} ${name}`] ?? kinds[name] ?? "text";
}
