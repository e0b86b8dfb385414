import { field, onNode } from "./commands.ts";

/** Proportional set size of all processes of a bridge's first Carrier, in MB, measured on the node. */
export async function carrierMemory(bridge: string): Promise<number> {
  const container = (await field(`gefyrabridge/${bridge}`, ".status.pods[0].carrierContainer"))
    .replace(/^.*:\/\//, "");
  const tasks = await onNode("ctr", "--namespace", "k8s.io", "tasks", "ps", container);
  const processes = tasks.split("\n").slice(1).map((line) => line.split(/\s+/)[0]!);
  const files = processes.map((id) => `/proc/${id}/smaps_rollup`);
  const said = await onNode("grep", "--no-filename", "^Pss:", ...files);
  const kilobytes = said.split("\n").map((line) => Number(line.match(/\d+/)?.[0] ?? 0));
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1000;
}
