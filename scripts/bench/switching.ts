/** How long a bridge takes to become effective in the cluster, and to end. */
import { setTimeout as delay } from "node:timers/promises";
import { startLoadClient } from "./load-client.ts";
import { gefyra, kubectl, LAB, NAMESPACE, once, until } from "./commands.ts";
import { connect } from "./stage.ts";
import { PROBED, UNPROBED } from "./workloads.ts";

const ROUNDS = 5, REPLACE_ROUNDS = 3;
const APP = `${LAB}-local`;
/**
 * The kubelet processes a pod that has just changed up to a second late, and so does the operator a bridge. The pause
 * keeps the effects of one command out of the next one's time.
 */
const settled = () => delay(3_000);

interface Switches {
  /** Seconds: for a pod that was never bridged, for the way back, and for the same pod again. */
  bridge: number[];
  unbridge: number[];
  again: number[];
}

export const withProbe = once(() => switches(PROBED, ROUNDS));
export const withoutProbe = once(() => switches(UNPROBED, ROUNDS));
export const replaced = once(() => switches(PROBED, REPLACE_ROUNDS, "--replace"));

/**
 * Each round has a new pod: an existing Carrier would not be started again, and a replaced container starts later each
 * time.
 */
async function switches(deployment: string, rounds: number, ...options: string[]): Promise<Switches> {
  await connect();
  await startApp();
  const taken: Switches = { bridge: [], unbridge: [], again: [] };
  const name = `bench-${deployment}`;
  const target = ["-n", NAMESPACE, "--target", `deployment/${deployment}`, "--port", "80:80"];
  for (let round = 1; round <= rounds; round++) {
    await freshPod(deployment);
    await using client = await startLoadClient(deployment);
    const original = (answer: string) => answer.startsWith(`${deployment}-`);
    const local = (answer: string) => answer === APP;
    const seconds = async (args: string[], felt: (answer: string) => boolean) => {
      const { startedAt } = await gefyra(...args);
      return (await client.answered(felt, startedAt) - startedAt) / 1000;
    };
    const bridge = ["bridge", "-N", APP, ...target, "-I", name, ...options];
    await client.answered(original, 0);
    taken.bridge.push(await seconds(bridge, local));
    await settled();
    taken.unbridge.push(await seconds(["unbridge", "-N", name], original));
    if (options.includes("--replace")) continue;
    await settled();
    taken.again.push(await seconds(bridge, local));
    await gefyra("unbridge", "-N", name);
  }
  return taken;
}

/** Starts the local app, which is removed with the connection. */
export async function runApp(): Promise<string> {
  await gefyra("run", "-i", "hello-nginx", "-N", APP, "-n", NAMESPACE, "-d");
  return APP;
}

export const startApp = once(runApp);

export async function freshPod(deployment: string): Promise<void> {
  await kubectl("rollout", "restart", `deployment/${deployment}`);
  await kubectl("rollout", "status", `deployment/${deployment}`, "--timeout", "60s");
  await until("the pod before is gone", async () => {
    const pods = await kubectl("get", "pods", "--selector", `app=${deployment}`, "--output", "name");
    return pods.split("\n").length === 1 ? true : undefined;
  });
  await settled();
}
