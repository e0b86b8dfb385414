/** A bridge is a wish that holds: pods may go, come back and come new. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { allReady, apply, get, type Json, kubectl } from "../harness/kube.ts";
import { killContainer } from "../harness/node.ts";
import { testEnv } from "../harness/test-env.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

/** Promised are 2 s; a machine that does more than this test may be slower, a poll would be slower still. */
const NEW_POD_S = 5;

Deno.test("bridges wait for pods, and take new ones as they come", async (t) => {
  await using place = await testEnv("waiting");
  const step = ordered(t);
  const { namespace } = place;
  const scaled = workload("scaled", { replicas: 0 }), deleted = workload("deleted");
  const others = [...workload("matched"), ...workload("replaced")];
  await Promise.all([place.applyUnasked([tools(), ...scaled, ...deleted, ...others]), gefyra("up")]);
  await place.run(APP, "local");
  const scale = (name: string, replicas: number) =>
    kubectl("scale", `deployment/${name}`, "--namespace", namespace, "--replicas", `${replicas}`);
  const row = async (name: string) => {
    const { stdout } = await gefyra("list", "--bridges", "-o", "wide");
    return stdout.split("\n").find((line) => line.startsWith(`${name} `)) ?? "";
  };
  const status = async (name: string) => {
    const bridge = await get("GefyraBridge", name, namespace);
    const ready = bridge.status.conditions.find(({ type }: Json) => type === "Ready");
    return { phase: bridge.status.phase, pods: bridge.status.pods ?? [], ready };
  };

  await step("a workload that is scaled to 0 is bridged in advance, and says so", async () => {
    const { stdout } = await place.bridge(APP, "scaled");
    assert.match(stdout, /^Bridge scaled waits: Deployment "scaled" has no pods now\. It activates when/);
    assert.match(await row("scaled"), / Waiting +0\/0 .*has no pods now/);
    const { phase, ready } = await status("scaled");
    assert.deepEqual([phase, ready.status, ready.reason], ["Waiting", "False", "NoPods"]);
  });

  await step("its first pod is bridged soon after it runs, and never serves two", async () => {
    await scale("scaled", 1);
    await eventually(async () => assert.equal((await status("scaled")).phase, "Active"), 30_000);
    assert.equal(await place.ask("http://scaled"), "local");
    assert.match(await row("scaled"), / Active +1\/1 .*1 of 1 pods are bridged/);
    await assertSoon("scaled");
  });

  await step("each pod that comes new is bridged soon after it runs", async () => {
    await scale("scaled", 3);
    await eventually(async () => assert.match(await row("scaled"), / Active +3\/3 /), 30_000);
    await assertSoon("scaled");
    assert.deepEqual([...new Set(await place.askOften("http://scaled", 12))], ["local"]);
    const { pods } = await status("scaled");
    const names = (await place.pods("scaled")).map(({ metadata }) => metadata.name);
    assert.deepEqual(pods.map(({ name }: Json) => name).sort(), names.sort());
    assert.deepEqual([...new Set(pods.map(({ state, mode }: Json) => `${mode} ${state}`))], [
      "beside Active",
    ]);
  });

  await step("one that is scaled away waits again, and has forgotten the pods", async () => {
    await scale("scaled", 0);
    await eventually(async () => {
      assert.match(await row("scaled"), / Waiting +0\/0 /);
      assert.deepEqual((await status("scaled")).pods, []);
    }, 20_000);
  });

  await step("a target that is deleted makes it wait, and one that comes back active", async () => {
    await place.bridge(APP, "deleted");
    assert.equal(await place.ask("http://deleted"), "local");
    await kubectl("delete", "deployment/deleted", "--namespace", namespace, "--wait");
    await eventually(async () => {
      const { phase, ready, pods } = await status("deleted");
      assert.deepEqual([phase, ready.reason, pods], ["Waiting", "TargetMissing", []]);
    }, 20_000);
    assert.match(await row("deleted"), / Waiting +0\/0 .*there is no Deployment "deleted"/);
    await apply(namespace, deleted);
    await allReady(namespace, deleted);
    await eventually(async () => assert.match(await row("deleted"), / Active +1\/1 /), 20_000);
    await assertSoon("deleted");
    assert.equal(await place.ask("http://deleted"), "local");
  });

  await step("a Carrier that ends has a successor, which knows what it knew", async () => {
    await place.bridge(APP, "matched", "--match", "path:/");
    await place.bridge(APP, "replaced", "--replace");
    const [beside] = await place.pods("matched"), [instead] = await place.pods("replaced");
    await killContainer(beside, beside.status.ephemeralContainerStatuses[0]);
    await killContainer(instead, instead.status.containerStatuses[0]);
    for (const name of ["matched", "replaced"]) {
      await eventually(async () => {
        const [pod] = await place.pods(name);
        const { ephemeralContainerStatuses: [, second] = [], containerStatuses: [first] } = pod.status;
        assert.ok(name === "matched" ? second?.state.running : first.restartCount === 2 && first.ready);
      }, 30_000);
      await eventually(async () => assert.equal(await place.ask(`http://${name}`), "local"));
      await eventually(async () => assert.match(await row(name), / Active +1\/1 /));
    }
    await gefyra("unbridge", "-N", "matched");
    await gefyra("unbridge", "-N", "replaced");
    for (const name of ["matched", "replaced"]) {
      await eventually(async () => assert.match(await place.ask(`http://${name}`), /^hello from nginx/));
    }
  });

  await step("unbridge of one that waits leaves nothing to come", async () => {
    await gefyra("unbridge", "--all");
    await scale("scaled", 1);
    await allReady(namespace, scaled);
    await eventually(async () => assert.match(await place.ask("http://scaled"), /^hello from nginx/));
    const [pod] = await place.pods("scaled");
    assert.equal(pod.spec.ephemeralContainers, undefined);
  });

  /** From the kubelet's start of the original to its start of Carrier beside it, by the kubelet's own clock. */
  async function assertSoon(name: string): Promise<void> {
    for (const pod of await place.pods(name)) {
      const started = ({ state }: Json) => new Date(state.running.startedAt).getTime() / 1000;
      const waited = await eventually(async () => {
        const { status } = await get("Pod", pod.metadata.name, namespace);
        return started(status.ephemeralContainerStatuses[0]) - started(status.containerStatuses[0]);
      });
      report(`${pod.metadata.name}: Carrier joined ${waited} s after the original`);
      assert.ok(waited <= NEW_POD_S, `${waited} s`);
    }
  }
});
