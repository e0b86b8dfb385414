/** Requests lost, and containers restarted, while a bridge comes and goes. */
import { setTimeout as delay } from "node:timers/promises";
import { gefyra, kubectl, NAMESPACE, once } from "./commands.ts";
import { connect } from "./stage.ts";
import { assertSwitched, type Responses, sendSteadily } from "./steady.ts";
import { freshPod, startApp } from "./switching.ts";
import { SWITCHED, SWITCHED_HTTP } from "./workloads.ts";

const SWITCHES = 10, REQUESTS = 3_000, RATE = 50;

/**
 * Kernel and Nginx ports at the same time, one switched right after the other; the first switch starts new Carriers.
 */
export const switchLoss = once(async () => {
  await connect();
  const app = await startApp();
  await freshPod(SWITCHED);
  await freshPod(SWITCHED_HTTP);
  const before = await containers();
  const asking = Promise.all([ask(SWITCHED), ask(SWITCHED_HTTP)]);
  const start = Date.now();
  for (let turn = 0; turn < SWITCHES; turn++) {
    const due = start + (turn + 0.5) / SWITCHES * REQUESTS / RATE * 1000;
    await delay(due - Date.now());
    for (const name of [SWITCHED, SWITCHED_HTTP]) {
      const target = ["-n", NAMESPACE, "--target", `deployment/${name}`, "--port", "80:80"];
      if (turn % 2 === 0) await gefyra("bridge", "-N", app, ...target, "-I", `bench-${name}`);
      else await gefyra("unbridge", "-N", `bench-${name}`);
    }
  }
  const [kernel, http] = await asking;
  const after = await containers();
  return {
    kernel: lostOf(kernel, app),
    http: lostOf(http, app),
    restarts: after.filter((container) => !before.includes(container)).length,
  };
});

async function ask(service: string): Promise<Responses> {
  const [said] = await sendSteadily([service], REQUESTS, RATE);
  return said!;
}

function lostOf(said: Responses, app: string): number {
  assertSwitched(said, app);
  if (said.lost) console.error(`# lost: ${JSON.stringify(said.errors)}`);
  return said.lost;
}

/** One line per container of each original; it changes when the container restarts or is replaced. */
async function containers(): Promise<string[]> {
  const line = `{.metadata.uid} {range .status.containerStatuses[*]}{.containerID} {.restartCount}{end}`;
  const selector = `app in (${SWITCHED}, ${SWITCHED_HTTP})`;
  const output = `jsonpath={range .items[*]}${line}{"\\n"}{end}`;
  return (await kubectl("get", "pods", "--selector", selector, "--output", output)).split("\n");
}
