/** The app that speaks several protocols (tests/workloads/polyglot), in a container of a test. */
import assert from "node:assert/strict";
import { parseMatch } from "../../lib/api/match.ts";
import { buildWorkloads } from "../../scripts/images/workloads.ts";
import { docker, eventually, type Sandbox } from "../docker.ts";

export const HTTP1 = 8001, HTTP2 = 8002, LINES = 8003, GREETING = 8004, BOTH = 8006;

/** What reaches the local one. */
export const match = parseMatch([["header:x-user=alice", "path:/"], ["header:x-debug~^(1|yes)$"]]);

let built: Promise<void> | undefined;

export const buildPolyglot = (): Promise<void> => built ??= buildWorkloads(() => {}, ["polyglot"]);

/** Says its `name`; listens at all addresses, or at one. Its container's full name. */
export async function polyglot(
  box: Sandbox,
  name: string,
  options: string[],
  ...address: string[]
): Promise<string> {
  await buildPolyglot();
  const container = await box.run(name, options, "polyglot:latest", [name, ...address]);
  await eventually(async () => assert.match(await docker(["logs", container]), /listening/));
  return container;
}
