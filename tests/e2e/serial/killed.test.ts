/** The command line may be killed at any moment: `down` leads back to where it began. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { bridgeArgs, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

/** Starts the command and kills it a moment after it has said something. */
async function kill(args: string[], { after, delay }: { after?: string; delay: number }): Promise<void> {
  const running = startGefyra(args);
  if (after) await running.said(after);
  await new Promise((resolve) => setTimeout(resolve, delay));
  running.kill("SIGKILL");
  const { code, stdout } = await running.output;
  assert.notEqual(code, 0, `it ended before it was killed: ${stdout}`);
}

Deno.test("after kill -9 in the middle of any command, down leaves everything as it was", async (t) => {
  await using place = await testEnv("killed");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web"), ...workload("other")]);
  const web = await place.ask("http://web"), other = await place.ask("http://other");
  const before = await snapshot();
  const bridge = (
    ...args: [target: string, mode: string]
  ) => [...bridgeArgs(place.namespace, APP, args[0]), args[1]];

  await step("up, while it prepares", async () => {
    await kill(["up"], { after: "Checking Docker and the cluster", delay: 150 });
    await gefyra("down");
    await assertUnchanged(before);
  });

  await step("up, while it connects, and up again completes it", async () => {
    await kill(["up"], { after: "Preparing the local network", delay: 300 });
    await gefyra("up");
    await place.run(APP, "local");
  });

  await step("bridge, and unbridge restores what it took", async () => {
    await kill(bridge("web", "--replace"), { after: "Checking the target", delay: 300 });
    await eventually(async () => assert.equal(await place.ask("http://web"), "local"));
    await kill(["unbridge", "-N", "web"], { delay: 700 });
    // Whether it had come to anything or not: said again, it is done.
    const { code, stderr } = await tryGefyra(["unbridge", "-N", "web"]);
    assert.ok(code === 0 || stderr.includes("no such bridge"), stderr);
    await eventually(async () => assert.equal(await place.ask("http://web"), web));
  });

  await step("down, and down again completes it", async () => {
    await gefyra(...bridge("other", "--keep"));
    await kill(["down"], { after: "Restoring bridged containers", delay: 200 });
    await gefyra("down");
    assert.equal(await place.ask("http://other"), other);
    await assertUnchanged(before);
  });
});
