/** Pods come and go with a rollout while they are bridged: nobody who asks meanwhile is let down. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { kubectl } from "../harness/kube.ts";
import { lossText, startLoad } from "../harness/load-client.ts";
import { type TestEnv, testEnv } from "../harness/test-env.ts";
import { ordered, report } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

const RATE = 50;
/** Requests that are under way when their pods end, and for how long: the originals are gone before. */
const SLOW = 6, SLOW_S = 9;
/** As those write it who want to lose nothing: a pod serves on until nobody is sent there any more. */
const careful = {
  replicas: 2,
  grace: 10,
  extra: { lifecycle: { preStop: { sleep: { seconds: 3 } } }, readinessProbe: httpProbe(80) },
};
const modes: Record<string, string[]> = {
  whole: ["--keep"],
  matched: ["--keep", "--match", "header:x-user=alice"],
};
const names = Object.keys(modes);

Deno.test("a rollout of a bridged workload loses no request", async (t) => {
  await using place = await testEnv("rollout");
  const step = ordered(t);
  const objects = names.flatMap((name) => workload(name, careful));
  await Promise.all([place.apply([tools(), ...objects]), gefyra("up")]);
  await place.run(APP, "local");
  for (const name of names) {
    await step(name, async () => {
      await place.bridge(APP, name, ...modes[name]!);
      const result = await duringRollout(place, name);
      report(lossText(result));
      assert.deepEqual(result.lost, []);
      await gefyra("unbridge", "-N", name);
    });
  }
});

async function duringRollout(place: TestEnv, name: string) {
  const load = await startLoad(place.namespace, `http://${name}`, RATE);
  const slow = startSlow(place.namespace, name);
  const rollout = (...args: string[]) =>
    kubectl("rollout", ...args, `deployment/${name}`, "--namespace", place.namespace);
  await rollout("restart");
  await rollout("status", "--timeout", "90s");
  await eventually(async () => assert.equal((await place.pods(name)).length, careful.replicas), 30_000);
  await eventually(
    async () => assert.match((await gefyra("list", "--bridges")).stdout, /Active +2\/2/),
    30_000,
  );
  assert.deepEqual(await slow, Array(SLOW).fill("local"));
  return await load.stop();
}

async function startSlow(namespace: string, name: string): Promise<string[]> {
  const program = await Deno.readTextFile(new URL("../harness/slow-client.py", import.meta.url));
  const args = [name, `${SLOW}`, `${SLOW_S}`, "X-User: alice"];
  return JSON.parse(
    await kubectl("exec", "--namespace", namespace, "tools", "--", "python3", "-c", program, ...args),
  );
}
