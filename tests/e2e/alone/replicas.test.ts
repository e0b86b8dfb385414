import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { lossText, startLoad } from "../harness/load-client.ts";
import { type TestEnv, testEnv } from "../harness/test-env.ts";
import { ordered, report } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

const RATE = 50;
Deno.test("three replicas are bridged and restored under load", async (t) => {
  await using place = await testEnv("replicas");
  const step = ordered(t);
  const options = { replicas: 3, extra: { readinessProbe: httpProbe(80) } };
  const objects = [tools(), ...workload("kept", options), ...workload("replaced", options)];
  await Promise.all([place.apply(objects), gefyra("up")]);
  await place.run(APP, "local");

  await step("beside the originals nobody who asks meanwhile is let down", async () => {
    await throughBridge(place, "kept", "--keep");
  });

  await step("in the originals' place, one after the other, neither", async () => {
    await throughBridge(place, "replaced", "--replace");
  });
});

/** A steady load while all replicas are bridged and given back: nothing of it is lost. */
async function throughBridge(place: TestEnv, name: string, mode: string) {
  const url = `http://${name}`;
  const load = await startLoad(place.namespace, url, RATE);
  await place.bridge(APP, name, mode);
  await eventually(
    async () => assert.match((await gefyra("list", "--bridges")).stdout, /Active +3\/3/),
    60_000,
  );
  assert.deepEqual([...new Set(await place.askOften(url, 20))], ["local"]);
  await gefyra("unbridge", "-N", name);
  await eventually(async () => assert.ok(!(await place.askOften(url, 20)).includes("local")));
  const result = await load.stop();
  report(`${mode}: ${lossText(result)}`);
  assert.ok(result.answers["local"]! > 0);
  assert.deepEqual(result.lost, []);
}
