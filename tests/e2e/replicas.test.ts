import assert from "node:assert/strict";
import { eventually } from "../docker.ts";
import { gefyra } from "./harness/gefyra.ts";
import { startLoad } from "./harness/load.ts";
import { type Scene, scene } from "./harness/scene.ts";
import { ordered, report } from "./harness/steps.ts";
import { httpProbe, tools, workload } from "./harness/workloads.ts";

const RATE = 50;
Deno.test("three replicas are bridged and given back under load", async (t) => {
  await using place = await scene("replicas");
  const step = ordered(t);
  const options = { replicas: 3, extra: { readinessProbe: httpProbe(80) } };
  const objects = [tools(), ...workload("kept", options), ...workload("replaced", options)];
  await Promise.all([place.apply(objects), gefyra("up")]);
  await place.run("app", "local");

  await step("beside the originals nobody who asks meanwhile is let down", async () => {
    const { lost } = await throughBridge(place, "kept", "--keep");
    assert.equal(lost, 0);
  });

  await step("in the originals' place, one after the other, neither", async () => {
    const { lost } = await throughBridge(place, "replaced", "--replace");
    assert.equal(lost, 0);
  });
});

/** A steady load while all replicas are bridged and given back. */
async function throughBridge(place: Scene, name: string, way: string) {
  const url = `http://${name}`;
  const load = await startLoad(place.namespace, url, RATE);
  await place.bridge("app", name, way);
  await eventually(
    async () => assert.match((await gefyra("list", "--bridges")).stdout, /Active +3\/3/),
    60_000,
  );
  assert.deepEqual([...new Set(await place.askOften(url, 20))], ["local"]);
  await gefyra("unbridge", "-N", name);
  await eventually(async () => assert.ok(!(await place.askOften(url, 20)).includes("local")));
  const { sent, lost, answers, longestGap } = await load.stop();
  report(`${way}: ${sent} requests, ${lost.length} lost, longest gap ${longestGap} s`);
  const errors = new Set(lost.map(({ error }) => error));
  if (errors.size) report(`  lost from ${lost[0]!.at} s to ${lost.at(-1)!.at} s: ${[...errors].join("; ")}`);
  assert.ok(answers["local"]! > 0);
  return { lost: lost.length };
}
