/**
 * Fifty bridges of one pod, with one port each, created one after another: does the last take longer than the first?
 */
import { gefyra, NAMESPACE, once } from "./commands.ts";
import { connect } from "./stage.ts";
import { freshPod, startApp } from "./switching.ts";
import { MANY, MANY_PORTS } from "./workloads.ts";

/** Number of commands at each end, because a single one says little. */
const ENDS = 5;

export const fiftieth = once(async () => {
  await connect();
  const app = await startApp();
  await freshPod(MANY);
  const bridge = async (port: number) => {
    const ports = ["--target", `deployment/${MANY}`, "--port", `${port}:80`, "-I", `bench-${port}`];
    return (await gefyra("bridge", "-N", app, "-n", NAMESPACE, ...ports)).seconds;
  };
  // Carrier starts with the first bridge only, which would improve the ratio.
  const [first, ...others] = MANY_PORTS;
  await bridge(first!);
  await gefyra("unbridge", "-N", `bench-${first}`);
  const seconds: number[] = [];
  for (const port of [first!, ...others]) seconds.push(await bridge(port));
  return { first: seconds.slice(0, ENDS), last: seconds.slice(-ENDS) };
});
