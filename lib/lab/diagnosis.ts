/** Explains why a lab does not start: the component that ended, and its last lines. */
import { setTimeout as delay } from "node:timers/promises";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { execInNode, nodesOf } from "./lab.ts";

export interface NodeLog {
  name: string;
  /** Docker's state: `running`, `exited`, … */
  state: string;
  /** The last lines of the container's log, where `images/lab/node` reports on each component. */
  log: string;
}

const MOST_LINES = 4;

/** The first node that has ended; `undefined` if all run. Pure. */
export function whyEnded(nodes: NodeLog[]): string | undefined {
  const ended = nodes.find(({ state }) => state !== "running");
  if (!ended) return undefined;
  const lines = ended.log.split("\n").map((line) => line.trimEnd()).filter((line) =>
    line && line !== "stopped"
  );
  const told = lines.findLastIndex((line) => /^(ended|took too long): /.test(line));
  const [, what, which] = lines[told]?.match(/^(ended|took too long): (.*)/) ?? [];
  const last = lines.slice(told + 1);
  // Kubernetes' logs (klog) start with the severity and the date. If there is an error, the other lines are not the
  // reason.
  const errors = last.filter((line) => !/^[IW]\d{4} /.test(line));
  const words = (errors.length ? errors : last).slice(-MOST_LINES).join("\n");
  const state = what === "ended"
    ? `${which} ended in node "${ended.name}"`
    : what
    ? `in node "${ended.name}" it took too long until this succeeded: ${which}`
    : `node "${ended.name}" ended`;
  return words ? `${state}:\n${words}` : state;
}

/** The API server's view of nodes that are not ready and of system pods that do not run. */
async function whyNotReady(engine: Engine, controlPlane: string): Promise<string[]> {
  const lines = async (kind: string, template: string) => {
    const command = ["kubectl", "get", ...kind.split(" "), "--request-timeout", "5s", "--output"];
    const text = await execInNode(engine, controlPlane, [...command, `jsonpath=${template}`]).catch(() => "");
    return text.split("\n").filter((line) => line && !line.endsWith(" True"));
  };
  const ready = '@.type=="Ready"';
  const found = await Promise.all([
    lines(
      "nodes",
      `{range .items[*]}node {.metadata.name}: {.status.conditions[?(${ready})].message} {.status.conditions[?(${ready})].status}{"\\n"}{end}`,
    ),
    lines(
      "pods --namespace kube-system",
      `{range .items[*]}pod {.metadata.name}: {.status.phase} {.status.containerStatuses[*].state.waiting.reason} {.status.conditions[?(${ready})].status}{"\\n"}{end}`,
    ),
  ]);
  return found.flat();
}

export async function nodeLogs(engine: Engine, lab: string): Promise<NodeLog[]> {
  const nodes = await nodesOf(engine, lab).catch(() => []);
  return await Promise.all(nodes.map(async ({ id, name, state }) => ({
    name,
    state,
    log: await engine.logs(id, 30).catch(messageOf),
  })));
}

/** Docker calls a container running for a moment after its processes have ended. */
async function whyOneEnds(engine: Engine, lab: string): Promise<string | undefined> {
  for (let looks = 0; looks < 10; looks++) {
    if (looks > 0) await delay(300);
    const why = whyEnded(await nodeLogs(engine, lab));
    if (why) return why;
  }
  return undefined;
}

/** The error of a lab whose nodes did not become ready; `thrown` is the original error. */
export async function labFailure(
  engine: Engine,
  lab: string,
  controlPlane: string,
  thrown: unknown,
): Promise<GefyraError> {
  const cause = await whyOneEnds(engine, lab) ??
    [messageOf(thrown), ...await whyNotReady(engine, controlPlane)].join("\n");
  return new GefyraError("lab-failed", `Cannot start the lab "${lab}": ${cause}`, {
    hint: /too many open files|inotify/i.test(cause)
      ? "other labs have reached a limit of Linux; raise it: `sysctl fs.inotify.max_user_instances=512`"
      : "`gefyra lab up --verbose` shows the nodes' last lines; `gefyra lab down` removes the rest of it",
    cause: thrown,
  });
}
