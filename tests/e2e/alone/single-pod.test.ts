/** A bridge is said to be active, and removed, when the only pod of a service answers. */
import assert from "node:assert/strict";
import { gefyra } from "../harness/gefyra.ts";
import { APP } from "../harness/names.ts";
import { startLoad } from "../harness/load-client.ts";
import { testEnv } from "../harness/test-env.ts";
import { ordered, report } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";

const RATE = 50;

Deno.test("with one pod, what is said to be done is done", async (t) => {
  await using place = await testEnv("single-pod");
  const step = ordered(t);
  const { namespace } = place;
  const single = workload("single", { extra: { readinessProbe: httpProbe(80) } });
  await Promise.all([place.apply([tools(), ...single]), gefyra("up")]);
  await place.run(APP, "local");

  await step("active and removed are said when the only pod of a service answers", async () => {
    const load = await startLoad(namespace, "http://single", RATE);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2_500));
    const said: number[] = [];
    await pause();
    for (let round = 0; round < 2; round++) {
      await place.bridge(APP, "single", "--replace");
      said.push(Date.now() / 1000);
      await pause();
      await gefyra("unbridge", "-N", "single");
      said.push(Date.now() / 1000);
      await pause();
    }
    const { began, lost } = await load.stop();
    const late = said.map((time) =>
      lost.map(({ at, error }) => ({ after: began + at - time, error }))
        .filter(({ after }) => after > 0 && after < 2.4)
    );
    report(
      `${lost.length} lost while it was switched, after it was said to be done: ${JSON.stringify(late)}`,
    );
    assert.deepEqual(late, [[], [], [], []]);
  });
});
