/** One pod never holds up the others, and what goes wrong is told at once, with the original in its place. */
import assert from "node:assert/strict";
import { exitCodes } from "../../../lib/errors.ts";
import { eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, WORKER } from "../harness/names.ts";
import { apply, get, type Json, kubectl, type Manifest } from "../harness/kube.ts";
import { testEnv } from "../harness/test-env.ts";
import { ordered, soon, SOON_MS } from "../harness/steps.ts";
import { helloContainer, tools, toolsContainer, workload } from "../harness/workloads.ts";

/** Its pods cannot share the one node that they may run on. */
function crowded(name: string): Manifest[] {
  const [deployment, ...rest] = workload(name);
  const topologyKey = "kubernetes.io/hostname", labelSelector = { matchLabels: { app: name } };
  const apart = [{ topologyKey, labelSelector }];
  Object.assign(deployment!.spec.template.spec, {
    nodeSelector: { [topologyKey]: WORKER },
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: apart } },
  });
  // A new pod of a rollout would find no node.
  deployment!.spec.strategy = { type: "Recreate" };
  return [deployment!, ...rest];
}

/** Serves once; whenever it is started again it ends, and the kubelet has seen it run. */
function servesOnce(name: string): Manifest[] {
  const start =
    "if [ -e /data/was ]; then sleep 0.5; exit 3; fi; touch /data/was; exec nginx -g 'daemon off;'";
  const extra = { command: ["sh", "-c", start], volumeMounts: [{ name: "data", mountPath: "/data" }] };
  const [deployment, ...rest] = workload(name, { extra });
  deployment!.spec.template.spec.volumes = [{ name: "data", emptyDir: {} }];
  return [deployment!, ...rest];
}

/** A neighbour in the pod listens on port 9000, and nobody has declared that. */
function neighboured(name: string): Manifest[] {
  const [deployment, ...rest] = workload(name);
  const { ports: _, ...undeclared } = helloContainer();
  const neighbour = {
    ...toolsContainer,
    name: "neighbour",
    command: ["python3", "-m", "http.server", "9000"],
  };
  deployment!.spec.template.spec.containers = [undeclared, neighbour];
  return [deployment!, ...rest];
}

Deno.test("one pod holds up no other, and what goes wrong is told at once", async (t) => {
  await using place = await testEnv("trouble");
  const step = ordered(t);
  const { namespace } = place;
  const inNamespace = ["--namespace", namespace];
  const scale = (name: string, replicas: number) =>
    kubectl("scale", `deployment/${name}`, ...inNamespace, "--replicas", `${replicas}`);
  const status = async (name: string) => {
    const bridge = await get("GefyraBridge", name, namespace);
    const { reason, message } = bridge.status.conditions.find(({ type }: Json) => type === "Ready");
    return { phase: bridge.status.phase, pods: bridge.status.pods ?? [], reason, message };
  };
  const row = async (name: string) => {
    const { stdout } = await gefyra("list", "--bridges", "-o", "wide");
    return stdout.split("\n").find((line) => line.startsWith(`${name} `)) ?? "";
  };

  const names = ["kept", "replaced"], pair = { replicas: 2 };
  await Promise.all([
    place.applyUnasked([
      ...[tools(), ...names.flatMap((name) => crowded(`${name}-crowded`))],
      ...[...workload("left", pair), ...servesOnce("once"), ...neighboured("neighboured")],
    ]),
    gefyra("up"),
  ]);
  await place.run(APP, "local");

  for (const name of names) {
    const crowd = `${name}-crowded`, mode = name === "kept" ? "--keep" : "--replace";
    await step(`a pod without a node holds up no other, ${mode}`, async () => {
      await scale(crowd, 2);
      const unscheduled = await eventually(async () => {
        const pods = await place.pods(crowd);
        const found = pods.find(({ spec, status }) => !spec.nodeName && status.conditions);
        assert.ok(found);
        return found.metadata.name;
      });
      await soon(() => place.bridge(APP, crowd, mode));
      const says = `1 of 2 pods are bridged; pod ${unscheduled}: Unschedulable: 0/2 nodes are available`;
      const assertSaid = async () => {
        const { phase, message, pods } = await status(crowd);
        assert.deepEqual([phase, message.slice(0, says.length)], ["Active", says]);
        assert.deepEqual(pods.map(({ state }: Json) => state).sort(), ["Active", "Waiting"]);
      };
      await assertSaid();
      assert.match(await row(crowd), / Active +1\/2 /);
      assert.equal(await place.ask(`http://${crowd}`), "local");
      // Nor does one that comes while the bridge is active.
      await scale(crowd, 1);
      await eventually(async () => assert.equal((await status(crowd)).message, "1 of 1 pods are bridged"));
      await scale(crowd, 3);
      await eventually(async () => assert.match((await status(crowd)).message, /^1 of 3 .*Unschedulable/));
      assert.equal((await status(crowd)).phase, "Active");
      await soon(() => gefyra("unbridge", "-N", crowd));
      assert.match(await place.ask(`http://${crowd}`), /^hello from nginx/);
    });
  }

  await step("a pod that leaves the target is restored, and counted no more", async () => {
    await place.bridge(APP, "left");
    const [first, second] = await place.pods("left");
    await kubectl("label", "pod", first.metadata.name, ...inNamespace, "--overwrite", "app=elsewhere");
    const at = (pod: Json) => `http://${pod.status.podIP}`;
    await eventually(async () => assert.match(await place.ask(at(first)), /^hello from nginx/), SOON_MS);
    assert.equal(await place.ask(at(second)), "local");
    await eventually(async () => {
      const { message, pods } = await status("left");
      assert.equal(message, "2 of 2 pods are bridged");
      assert.ok(!pods.some(({ name }: Json) => name === first.metadata.name));
    }, SOON_MS);
    // The message was the same before the pod left.
    await eventually(async () => assert.match(await row("left"), / Active +2\/2 /), SOON_MS);
    await gefyra("unbridge", "-N", "left");
    await kubectl("delete", "pod", first.metadata.name, ...inNamespace, "--wait=false");
  });

  await step("so is one that a Service does not select any more", async () => {
    const target = ["-n", namespace, "--target", "svc/left", "--port", "80:8000"];
    await gefyra("bridge", "-N", APP, ...target, "-I", "selected");
    const [pod] = await place.pods("left");
    const select = (app: string) =>
      kubectl(
        "patch",
        "service",
        "left",
        ...inNamespace,
        "--patch",
        JSON.stringify({ spec: { selector: { app } } }),
      );
    await select("nothing");
    await eventually(async () => {
      const { phase, reason, pods } = await status("selected");
      assert.deepEqual([phase, reason, pods], ["Waiting", "NoPods", []]);
      assert.match(await place.ask(`http://${pod.status.podIP}`), /^hello from nginx/);
    }, SOON_MS);
    await select("left");
    await gefyra("unbridge", "-N", "selected");
  });

  await step("what Carrier refuses is told, and the original is back", async () => {
    const target = ["-n", namespace, "--target", "deployment/neighboured/hello-nginx", "--port", "9000:8000"];
    await soon(async () => {
      const { code, stderr } = await tryGefyra([
        "bridge",
        "-N",
        APP,
        ...target,
        "-I",
        "refused",
        "--replace",
      ]);
      assert.equal(code, exitCodes.failure, stderr);
      assert.match(
        stderr,
        /Cannot bridge "neighboured": pod neighboured-.*: carrier: .*Nginx|Address already in use/,
      );
    });
    await eventually(async () => assert.match(await place.ask("http://neighboured"), /^hello from nginx/));
    assert.equal(await row("refused"), "");
  });

  await step("a bridge that is refused later says so, and its pods have their originals", async () => {
    await place.bridge(APP, "neighboured/hello-nginx", "--replace", "-I", "changed");
    const ports = [{ remote: 9000, local: 8000, protocol: "TCP" }];
    const patch = JSON.stringify({ spec: { ports } });
    await kubectl("patch", "gefyrabridge", "changed", ...inNamespace, "--type", "merge", "--patch", patch);
    await eventually(async () => {
      const { phase, reason, message } = await status("changed");
      assert.deepEqual([phase, reason], ["Pending", "CarrierRefused"]);
      assert.match(message, /^pod neighboured-.*: Cannot configure Carrier in pod/);
      assert.match(await row("changed"), / Pending +0\/1 .*Cannot configure Carrier/);
      assert.match((await tryGefyra(["status"])).stdout, /changed: Pending, 0\/1 .*Cannot configure Carrier/);
      assert.match(await place.ask("http://neighboured"), /^hello from nginx/);
      // The kubelet waits up to 20 s before it starts a container that was changed several times.
    }, 2 * SOON_MS);
    await gefyra("unbridge", "-N", "changed");
  });

  await step("an original that does not start again is not said to serve", async () => {
    await place.bridge(APP, "once", "--replace");
    assert.equal(await place.ask("http://once"), "local");
    const { stdout } = await gefyra("unbridge", "-N", "once");
    assert.match(stdout, /^Bridge once is removed: pod once-\S+ is not ready: container hello-nginx: /);
    assert.ok(!stdout.includes("serves again"));
    await kubectl("delete", "deployment", "once", ...inNamespace, "--wait=false");
  });

  await step("a bridge of a pod that crashes says that no Service leads to it", async () => {
    const crash = { extra: { command: ["sh", "-c", "sleep 1; exit 3"] } };
    await apply(namespace, workload("crashing", crash));
    await eventually(async () => {
      const [pod] = await place.pods("crashing");
      assert.ok(pod?.status.containerStatuses?.[0].state.waiting?.reason === "CrashLoopBackOff");
    }, 60_000);
    await place.bridge(APP, "crashing");
    await eventually(async () => {
      const { phase, message } = await status("crashing");
      assert.equal(phase, "Active");
      assert.match(
        message,
        /^1 of 1 pods are bridged; no Service leads to pod crashing-.*: container hello-nginx: /,
      );
    }, SOON_MS);
    await gefyra("unbridge", "-N", "crashing");
    await kubectl("delete", "deployment", "crashing", ...inNamespace, "--wait=false");
  });
});
