/** Which option or argument an error says is missing, as far as a person can be asked for it. Pure. */
import type { Question } from "../completion/words.ts";

export interface Missing {
  /** Absent: the next argument. */
  flag?: string;
  /** What the person is asked for. */
  title: string;
}

/** Of a `GefyraError`, or the code of commander. */
export interface Thrown {
  id: string;
  /** The option that commander names. */
  flag?: string | undefined;
}

/** `undefined`: the error is not about something that is missing, or nobody can know what it could be. */
export function missingOf({ id, flag }: Thrown, { path, options, command }: Question): Missing | undefined {
  const [name = ""] = path;
  const given = (...flags: string[]) => flags.some((one) => one in options);
  switch (id) {
    case "connection-unclear":
      return { flag: "--connection", title: "Connection" };
    case "container-unclear":
      return name === "bridge" ? { flag: "--container-name", title: "Container in the cluster" } : undefined;
    case "port-missing":
      return { flag: "--port", title: "Port in the cluster" };
    case "target-invalid":
      return name === "bridge" && !given("--target", "--deployment")
        ? { flag: "--target", title: "What to bridge" }
        : undefined;
    case "bridge-unclear":
      return given("--name", "--all") ? undefined : { flag: "--name", title: "Bridge" };
    case "commander.missingMandatoryOptionValue":
      return name === "bridge" && flag === "--name" ? { flag, title: "Local container" } : undefined;
    case "commander.missingArgument":
      // A command to run in the container is for the person to type.
      return name in argumentTitles && command.args.length === 1
        ? { title: argumentTitles[name]! }
        : undefined;
  }
}

const argumentTitles: Record<string, string> = {
  ...Object.fromEntries(["logs", "stop", "start", "restart", "rm", "detach"].map((name) => [name, "App"])),
  attach: "Container",
  env: "Target in the cluster",
};

/** The line with what was missing: an option right behind the command, so that no `--` is before it. */
export function withWord(args: string[], path: string[], { flag }: Missing, value: string): string[] {
  if (!flag) return [...args, value];
  const behind = path.reduce((from, word) => args.indexOf(word, from) + 1, 0);
  return args.toSpliced(behind, 0, flag, value);
}
