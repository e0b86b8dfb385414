import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { testEnv } from "../harness/test-env.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

const modes: Record<string, string> = { alpha: "--keep", beta: "--replace", gamma: "--replace" };
const names = Object.keys(modes);

Deno.test("three containers at once, each bridged to a deployment of its own", async (t) => {
  await using place = await testEnv("several");
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...names.flatMap((name) => workload(name))]), gefyra("up")]);
  const answers = () => Promise.all(names.map((name) => place.ask(`http://${name}`)));
  const originals = await answers();

  await step("they start at once, each with an address of its own", async () => {
    await Promise.all(names.map((name) => place.run(named(name), `local ${name}`)));
    const { containers } = JSON.parse((await gefyra("list", "--containers", "-o", "json")).stdout);
    assert.equal(new Set(containers.map(({ address }: { address: string }) => address)).size, names.length);
  });

  await step("they are bridged at once, and each answers for its own", async () => {
    const took = await timed(() =>
      Promise.all(names.map((name) => place.bridge(named(name), name, modes[name]!)))
    );
    assert.deepEqual(await answers(), names.map((name) => `local ${name}`));
    report(`three bridges took ${took}`);
  });

  await step("one that goes leaves the others alone", async () => {
    await gefyra("unbridge", "-N", "beta");
    await eventually(async () =>
      assert.deepEqual(await answers(), ["local alpha", originals[1], "local gamma"])
    );
  });

  await step("unbridge --all gives every original back", async () => {
    const { stdout } = await gefyra("unbridge", "--all");
    assert.deepEqual(stdout.match(/(?<=^Bridge )\S+/gm), ["alpha", "gamma"]);
    await eventually(async () => assert.deepEqual(await answers(), originals));
    assert.equal((await gefyra("unbridge", "--all")).stdout, "There are no bridges.");
  });
});
