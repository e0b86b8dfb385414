/** Reads the environment of a running container's process, by `pods/exec` with the user's own rights. */
import type { V1Pod } from "@kubernetes/client-node";
import { GefyraError, messageOf } from "../../errors.ts";
import type { Cluster, ExecTarget } from "../../kube/cluster.ts";
import { isIntact, notText, parseEnviron } from "./environ.ts";

export interface ProcessEnvironment {
  variables: Map<string, string>;
  notes: string[];
}

/** Thrown when the process cannot be read; the API objects are used instead. */
class NoProcess extends Error {}

// Programs that print the file which their first argument names.
const PERL = 'open(F, "<", $ARGV[0]) or exit 1; print <F>';
const PYTHON = 'import sys; sys.stdout.buffer.write(open(sys.argv[1], "rb").read())';
const NODE = 'process.stdout.write(require("fs").readFileSync(process.argv[1]))';
const RUBY = "print File.binread(ARGV[0])";
const PHP = "readfile($argv[1]);";

/** Commands that print a file; images without a shell often have one of the last. */
const readers = (path: string): string[][] => [
  ["busybox", "cat", path],
  ["dd", `if=${path}`],
  ["python3", "-c", PYTHON, path],
  ["node", "-e", NODE, path],
  ["/nodejs/bin/node", "-e", NODE, path],
  ["perl", "-e", PERL, path],
  ["ruby", "-e", RUBY, path],
  ["php", "-r", PHP, path],
];

/** The environment, or why it cannot be read. */
export async function readProcess(
  cluster: Cluster,
  pod: V1Pod,
  container: string,
): Promise<ProcessEnvironment | { reason: string }> {
  const { namespace = "", name = "" } = pod.metadata ?? {};
  const right = { verb: "get", group: "", resource: "pods", subresource: "exec", namespace };
  if (!await cluster.allowed(right)) {
    return { reason: `no right to get pods/exec in namespace "${namespace}"` };
  }
  const read = (path: string) => readFile(cluster, { namespace, pod: name, container }, path);
  try {
    const { shareProcessNamespace, hostPID } = pod.spec ?? {};
    // What the container was given; the reading program has it too.
    const given = await read("/proc/self/environ");
    if (shareProcessNamespace || hostPID) {
      const note = "process 1 is not the container's own, so what its entrypoint exported is unknown";
      return judged(parseEnviron(given), [note]);
    }
    const own = await read("/proc/1/environ").catch((error) => {
      if (error instanceof NoProcess) return "";
      throw error;
    });
    return combine(given, own);
  } catch (error) {
    if (error instanceof NoProcess || error instanceof GefyraError) return { reason: messageOf(error) };
    throw error;
  }
}

/** `given`: what the container was started with; `own`: what process 1 was started with. Pure. */
export function combine(given: string, own: string): ProcessEnvironment {
  if (isIntact(own)) return judged(parseEnviron(own), []);
  const note = "process 1 does not show its environment: variables are as the container was given them";
  return judged(parseEnviron(given), [note]);
}

function judged(variables: Map<string, string>, notes: string[]): ProcessEnvironment {
  const broken = notText(variables);
  for (const name of broken) variables.delete(name);
  return {
    variables,
    notes: [...notes, ...broken.map((name) => `${name} is left out: its value is not UTF-8`)],
  };
}

async function readFile(cluster: Cluster, target: ExecTarget, path: string): Promise<string> {
  const attempt = async (command: string[]) => {
    try {
      const { exitCode, stdout } = await cluster.exec(target, command);
      if (exitCode === 0 && stdout) return stdout;
    } catch (error) {
      // An image without this program.
      if (!(error instanceof GefyraError) || error.id !== "exec-failed") throw error;
    }
    throw new NoProcess(`container "${target.container}" has no program that can read ${path}`);
  };
  try {
    return await attempt(["cat", path]);
  } catch (first) {
    if (!(first instanceof NoProcess)) throw first;
    return await Promise.any(readers(path).map(attempt)).catch(() => {
      throw first;
    });
  }
}
