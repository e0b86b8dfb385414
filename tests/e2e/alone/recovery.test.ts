/** Whatever goes away comes back, or is taken away cleanly, without anybody's help. */
import assert from "node:assert/strict";
import { docker, eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { type Json, kubectl, list } from "../harness/kube.ts";
import { containersOf, type TestEnv, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { DISCONNECT_TIMEOUT } from "../harness/waits.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

const IMAGE = "hello-nginx:latest";
const STOWAWAYS = "app.kubernetes.io/component=stowaway";
/** One deployment for each mode. */
const names = ["kept", "replaced"];

const deletePod = (namespace: string, selector: string) =>
  kubectl(
    "delete",
    "pod",
    "--namespace",
    namespace,
    "--selector",
    selector,
    "--grace-period=1",
    "--wait=false",
  );

async function assertBridged(place: TestEnv, pods: number): Promise<void> {
  const { stdout } = await gefyra("list", "--bridges");
  for (const name of names) {
    assert.match(stdout, new RegExp(`^${name} .* Active +${pods}/${pods}$`, "m"));
    await assertLocal(place, name, 5 * pods);
  }
}

async function assertLocal(place: TestEnv, name: string, times: number): Promise<void> {
  assert.deepEqual([...new Set(await place.askOften(`http://${name}`, times))], ["local"]);
}

Deno.test("bridges outlive the pods that they are made of", async (t) => {
  await using place = await testEnv("recovery");
  const step = ordered(t);
  const inNamespace = ["--namespace", place.namespace];
  const scale = (replicas: number) =>
    kubectl(
      "scale",
      ...names.map((name) => `deployment/${name}`),
      ...inNamespace,
      "--replicas",
      `${replicas}`,
    );
  const extra = { readinessProbe: httpProbe(80) };
  const objects = names.flatMap((name) => workload(name, { extra }));
  await Promise.all([place.apply([tools(), ...objects]), gefyra("up")]);
  await place.run(APP, "local");
  await Promise.all([place.bridge(APP, "kept", "--keep"), place.bridge(APP, "replaced", "--replace")]);
  await assertBridged(place, 1);

  await step("without the operator they work on, and a new operator takes them over", async () => {
    await deletePod("gefyra", "app.kubernetes.io/component=operator");
    for (const name of names) await assertLocal(place, name, 20);
    await kubectl(
      "rollout",
      "status",
      "deployment/gefyra-operator",
      "--namespace",
      "gefyra",
      "--timeout",
      "60s",
    );
    await assertBridged(place, 1);
  });

  await step("a new Stowaway is found by both sides", async () => {
    const [old] = await list("Pod", "gefyra", STOWAWAYS);
    await deletePod("gefyra", "app.kubernetes.io/component=stowaway");
    const took = await timed(() =>
      eventually(async () => {
        const items = await list("Pod", "gefyra", STOWAWAYS);
        assert.ok(items.length === 1 && items[0].metadata.uid !== old.metadata.uid);
        await assertBridged(place, 1);
      }, 60_000)
    );
    report(`the local container answered through a new Stowaway ${took} after the old one's end`);
  });

  await step("a pod that takes the place of a bridged one is bridged", async () => {
    const uids = async () =>
      (await Promise.all(names.map((name) => place.pods(name)))).flat().map(({ metadata }) => metadata.uid);
    const before = await uids();
    await deletePod(place.namespace, `app in (${names})`);
    const took = await timed(() =>
      eventually(async () => {
        const after = await uids();
        assert.ok(after.length === names.length && !after.some((uid) => before.includes(uid)));
        await assertBridged(place, 1);
      }, 30_000)
    );
    report(`the new pods were bridged ${took} after the deletion`);
  });

  await step("pods that come and go with the scale are bridged, 1→3→0→1", async () => {
    await scale(3);
    report(`three pods after ${await timed(() => eventually(() => assertBridged(place, 3), 60_000))}`);
    await scale(0);
    await eventually(async () => {
      assert.equal(
        (await gefyra("list", "--bridges")).stdout.match(/ Waiting +0\/0$/gm)?.length,
        names.length,
      );
    });
    await scale(1);
    report(`one pod after ${await timed(() => eventually(() => assertBridged(place, 1), 30_000))}`);
  });

  await step("a rollout is followed", async () => {
    for (const name of names) await kubectl("rollout", "restart", `deployment/${name}`, ...inNamespace);
    for (const name of names) await kubectl("rollout", "status", `deployment/${name}`, ...inNamespace);
    await eventually(() => assertBridged(place, 1), 30_000);
  });

  await step("unbridge forgets no pod", async () => {
    await gefyra("unbridge", "--all");
    for (const name of names) {
      await eventually(async () => assert.match(await place.ask(`http://${name}`), /^hello from nginx/));
      const images = (await place.pods(name)).map(({ spec }: Json) => spec.containers[0].image);
      assert.deepEqual(images, [IMAGE]);
    }
  });
});

async function assertOriginals(place: TestEnv): Promise<void> {
  for (const name of names) assert.match(await place.ask(`http://${name}`), /^hello from nginx/);
}

Deno.test("down restores by itself where no operator runs", async () => {
  await using place = await testEnv("unoperated");
  await place.apply([tools(), ...names.flatMap((name) => workload(name))]);
  const before = await snapshot();
  await gefyra("up");
  await place.run(APP, "local");
  await Promise.all([place.bridge(APP, "kept", "--keep"), place.bridge(APP, "replaced", "--replace")]);
  await kubectl("scale", "deployment/gefyra-operator", "--namespace", "gefyra", "--replicas", "0");
  const selector = ["--selector", "app.kubernetes.io/component=operator", "--timeout", "30s"];
  await kubectl("wait", "--for", "delete", "pod", "--namespace", "gefyra", ...selector);
  await gefyra("down");
  await eventually(() => assertOriginals(place));
  await assertUnchanged(before);
});

Deno.test("a client that vanishes is forgotten, with all that it had", async () => {
  await using place = await testEnv("vanished");
  await place.apply([tools(), ...names.flatMap((name) => workload(name))]);
  const before = await snapshot();
  await gefyra("up", "--disconnect-timeout", DISCONNECT_TIMEOUT);
  await place.run(APP, "local");
  await Promise.all([place.bridge(APP, "kept", "--keep"), place.bridge(APP, "replaced", "--replace")]);
  await docker(["rm", "--force", ...await containersOf("cargo")]);
  const took = await timed(async () => {
    await eventually(() => assertOriginals(place), 90_000);
    await eventually(async () => {
      assert.deepEqual((await snapshot()).cluster, before.cluster);
    }, 60_000);
  });
  report(`the cluster was as before ${took} after Cargo's end`);
  await gefyra("down");
  await assertUnchanged(before);
});
