/** Labs as they are in Docker. */
import type { Container, Engine, ExecResult } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { LAB_LABEL, ROLE_LABEL } from "../names.ts";
import { NODE_ROLE_LABEL } from "./nodes.ts";

/** A lab's nodes in every state, the control plane first. */
export async function nodesOf(engine: Engine, lab: string): Promise<Container[]> {
  const nodes = await engine.containers({ [LAB_LABEL]: lab, [ROLE_LABEL]: "lab-node" });
  const order = (node: Container) => (isControlPlane(node) ? "0" : "1") + node.name;
  return nodes.sort((a, b) => order(a).localeCompare(order(b), "en", { numeric: true }));
}

export function isControlPlane(node: Container): boolean {
  return node.labels[NODE_ROLE_LABEL] === "control-plane";
}

/** The running nodes of a lab; throws an error with a hint if it does not run. */
export async function runningNodes(engine: Engine, lab: string): Promise<[Container, ...Container[]]> {
  const nodes = await nodesOf(engine, lab);
  const [first, ...others] = nodes.filter(({ state }) => state === "running");
  if (first && isControlPlane(first)) return [first, ...others];
  const state = nodes.length > 0 ? "its control plane does not run" : "there is no such lab";
  throw new GefyraError("lab-not-running", `Cannot use the lab "${lab}": ${state}`, {
    exit: "notFound",
    hint: `start it with \`gefyra lab up${lab === "lab" ? "" : ` --name ${lab}`}\``,
  });
}

/** Runs a command in a node and returns its output; a failure throws an error with the output. */
export async function execInNode(
  engine: Engine,
  node: string,
  command: string[],
  stdin?: ReadableStream<Uint8Array>,
): Promise<string> {
  const result: ExecResult = await engine.exec(node, command, stdin);
  if (result.exitCode === 0) return result.stdout;
  const said = (result.stderr || result.stdout).trim().split("\n").slice(-5).join("\n");
  throw new GefyraError(
    "lab-command",
    `Cannot run "${command.join(" ")}" in ${node}: ${said || "it failed"}`,
  );
}
