/** The first bridge after a new `up`, under load: lost and slow requests. */
import { setTimeout as delay } from "node:timers/promises";
import { gefyra, NAMESPACE, once } from "./commands.ts";
import { rounds } from "./options.ts";
import { connect, disconnect } from "./stage.ts";
import { assertSwitched, type Responses, sendSteadily } from "./steady.ts";
import { freshPod, runApp } from "./switching.ts";
import { DIRECT, SWITCHED, SWITCHED_HTTP } from "./workloads.ts";

const RATE = 50, SECONDS = 8, BRIDGE_AFTER_MS = 2_000;

interface FirstBridges {
  lost: number;
  /** Milliseconds of all requests. */
  ms: number[];
  /** The slowest of each round. */
  slowest: number[];
  /** Milliseconds of the requests to a Service that is not bridged, at the same times: the machine's own delays. */
  directMs: number[];
}

const firstBridges = (deployment: string) =>
  once(async (): Promise<FirstBridges> => {
    const found: FirstBridges = { lost: 0, ms: [], slowest: [], directMs: [] };
    for (let round = 1; round <= rounds(); round++) {
      await disconnect();
      await freshPod(deployment);
      await connect();
      const [bridged, direct] = await bridgeUnderRequests(deployment);
      found.lost += bridged.lost;
      found.ms.push(...bridged.ms);
      found.slowest.push(Math.max(...bridged.ms));
      found.directMs.push(...direct.ms);
    }
    await disconnect();
    return found;
  });

async function bridgeUnderRequests(deployment: string): Promise<[Responses, Responses]> {
  const app = await runApp();
  const asking = sendSteadily([deployment, DIRECT], SECONDS * RATE, RATE);
  await delay(BRIDGE_AFTER_MS);
  const target = ["-n", NAMESPACE, "--target", `deployment/${deployment}`, "--port", "80:80"];
  await gefyra("bridge", "-N", app, ...target, "-I", `bench-${deployment}`);
  const [bridged, direct] = await asking as [Responses, Responses];
  assertSwitched(bridged, app);
  const slow = bridged.ms.map((ms, i) => [i / RATE, ms] as const).filter(([, ms]) => ms > SLOW_MS);
  if (slow.length) {
    const text = slow.map(([at, ms]) => `${ms} ms at ${at} s`).join(", ");
    console.error(`# ${deployment}: ${text}; lost: ${JSON.stringify(bridged.errors)}`);
  }
  return [bridged, direct];
}

const SLOW_MS = 100;

export const firstKernel = firstBridges(SWITCHED);
export const firstHttp = firstBridges(SWITCHED_HTTP);
