/**
 * The commands in the order of the help. Each one is a module of its own, loaded only when it runs: the program
 * starts fast, and `--help` loads none. A new command is a file in this folder and an entry here; `deno task docs`
 * then writes its page.
 */
import { Command } from "@commander-js/extra-typings";
import type { SetExitCode } from "./command.ts";
import { gatherEntropy } from "./entropy.ts";

interface Entry {
  name: string;
  description: string;
  /** As the command declares them, e.g. `[command...]`; a test compares. */
  args?: string;
  load(setExitCode: SetExitCode): Promise<unknown>;
}

const entries: Entry[] = [
  {
    name: "up",
    description: "Connect this machine to a cluster",
    load: async () => (await import("./up.ts")).up(),
  },
  {
    name: "run",
    args: "[command...]",
    description: "Run a local image as if it were a pod of the cluster",
    load: async (setExitCode) => (await import("./run.ts")).run(setExitCode),
  },
  {
    name: "env",
    args: "<target>",
    description: "Print the environment of a container in the cluster, with its secrets",
    load: async () => (await import("./env.ts")).env(),
  },
  {
    name: "sync",
    args: "[name]",
    description:
      "Show the files that app containers have from the cluster, and follow a new pod if the old one is gone",
    load: async () => (await import("./sync.ts")).sync(),
  },
  {
    name: "exec",
    args: "<name> <command...>",
    description: "Run a command in an app container; exits with its exit code",
    load: async (setExitCode) => (await import("./exec.ts")).exec(setExitCode),
  },
  {
    name: "logs",
    args: "<name>",
    description: "Print the output of an app container",
    load: async () => (await import("./logs.ts")).logs(),
  },
  {
    name: "stop",
    args: "<names...>",
    description: "Stop app containers; they keep their addresses and bridges",
    load: async () => (await import("./lifecycle.ts")).stop(),
  },
  {
    name: "start",
    args: "<names...>",
    description: "Start stopped app containers, with the addresses and bridges that they had",
    load: async () => (await import("./lifecycle.ts")).start(),
  },
  {
    name: "restart",
    args: "<names...>",
    description: "Restart app containers; they keep their addresses and bridges",
    load: async () => (await import("./lifecycle.ts")).restart(),
  },
  {
    name: "rm",
    args: "<names...>",
    description: "Remove app containers, and their synced files",
    load: async () => (await import("./lifecycle.ts")).rm(),
  },
  {
    name: "attach",
    args: "<containers...>",
    description: "Give containers that Gefyra did not start the cluster's names, routes and bridges",
    load: async () => (await import("./attach.ts")).attach(),
  },
  {
    name: "detach",
    args: "<names...>",
    description: "Leave attached containers as they were before",
    load: async () => (await import("./attach.ts")).detach(),
  },
  {
    name: "compose",
    description: "Run services of a Compose project as if they were pods of the cluster",
    load: async (setExitCode) => (await import("./compose.ts")).compose(setExitCode),
  },
  {
    name: "bridge",
    description: "Send the traffic of a container in the cluster to a local container",
    load: async () => (await import("./bridge.ts")).bridge(),
  },
  {
    name: "list",
    description: "List the app containers and bridges of a connection, or the connections",
    load: async () => (await import("./list.ts")).list(),
  },
  {
    name: "unbridge",
    description: "Remove bridges and restore the original containers",
    load: async () => (await import("./unbridge.ts")).unbridge(),
  },
  {
    name: "down",
    description: "Restore everything and disconnect from the cluster",
    load: async () => (await import("./down.ts")).down(),
  },
  {
    name: "status",
    description: "Show the state of all connections, or of one; exits 1 if any is down",
    load: async (setExitCode) => (await import("./status.ts")).status(setExitCode),
  },
  {
    name: "doctor",
    description: "Check everything from Docker to the cluster and back; exits 1 if something is broken",
    load: async (setExitCode) => (await import("./doctor.ts")).doctor(setExitCode),
  },
  {
    name: "support-bundle",
    description: "Write states and logs to one archive, without keys, tokens and environment values",
    load: async () => (await import("./support-bundle.ts")).supportBundle(),
  },
  {
    name: "install",
    description: "Install Gefyra in a cluster for all its users, as an administrator",
    load: async () => (await import("./install.ts")).install(),
  },
  {
    name: "uninstall",
    description: "Remove Gefyra from a cluster, as an administrator",
    load: async () => (await import("./uninstall.ts")).uninstall(),
  },
  {
    name: "lab",
    description: "Run a Kubernetes cluster in Docker, to try and test Gefyra",
    load: async () => (await import("./lab.ts")).lab(),
  },
  {
    name: "apply",
    description: "Bring up the connection, apps and bridges of gefyra.yaml",
    load: async () => (await import("./apply.ts")).apply(),
  },
  {
    name: "delete",
    description: "Take down the bridges, apps and connection of gefyra.yaml, and nothing else",
    load: async () => (await import("./apply.ts")).deleteCommand(),
  },
  {
    name: "config",
    description: "Show the settings, and where each comes from",
    load: async () => (await import("./config.ts")).config(),
  },
  {
    name: "completion",
    args: "<shell>",
    description: "Print a script that completes commands, options and names in your shell",
    load: async () => (await import("./completion/completion.ts")).completion(),
  },
  {
    name: "version",
    description: "Print the version",
    load: async () => (await import("./version.ts")).version(),
  },
  {
    name: "upgrade",
    description: "Replace this program by the latest release, after checking its SHA-256 sum",
    load: async () => (await import("./upgrade.ts")).upgrade(),
  },
  {
    name: "operator",
    description: "Run the operator (inside a cluster)",
    load: async () => (await import("./operator.ts")).operator(),
  },
  {
    name: "watch-url",
    args: "<url> <file>",
    description: "Send requests at a steady rate while a file exists (inside a cluster)",
    load: async () => (await import("./watch-url.ts")).watchUrl(),
  },
];

/** All commands in the order of the help. Only the one that `words` (a command line) names is loaded. */
export function commandsFor(words: string[], setExitCode: SetExitCode): Promise<Command[]> {
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  const named = first === "help" ? second : first;
  if (entries.some(({ name }) => name === named)) gatherEntropy();
  return Promise.all(
    entries.map((entry) => entry.name === named ? loaded(entry, setExitCode) : summary(entry)),
  );
}

/** All commands, loaded. */
export function allCommands(): Promise<Command[]> {
  return Promise.all(entries.map((entry) => loaded(entry, () => {})));
}

async function loaded({ load, description }: Entry, setExitCode: SetExitCode): Promise<Command> {
  return (await load(setExitCode) as Command).description(description);
}

/** What the list of commands in the help needs. */
function summary({ name, description, args = "" }: Entry): Command {
  const command = new Command(name).description(description).option("--verbose");
  return args ? command.arguments(args) as unknown as Command : command as unknown as Command;
}
