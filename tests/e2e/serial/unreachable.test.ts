/** A node that hangs, or a pod that answers without end, is a matter of its own bridge, and of nobody else's. */
import assert from "node:assert/strict";
import { exitCodes } from "../../../lib/errors.ts";
import { COMPONENT_LABEL, NAMESPACE } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, WORKER } from "../harness/names.ts";
import { get, type Json, kube, kubectl, list, type Manifest } from "../harness/kube.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { bridgeArgs, type TestEnv, testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

/** `docker pause`: no process of the node runs, and no connection to it is refused. */
async function hanging(node: string, work: () => Promise<void>): Promise<void> {
  await docker(["pause", node]);
  try {
    await work();
  } finally {
    await docker(["unpause", node]);
  }
}

/** Gefyra's own pods are on the other node. */
async function upBeside(node: string): Promise<void> {
  await kubectl("cordon", node);
  try {
    await gefyra("up");
  } finally {
    await kubectl("uncordon", node);
  }
}

async function conditionOf(place: TestEnv, name: string) {
  const { status } = await get("GefyraBridge", name, place.namespace);
  const { reason, message } = status.conditions.find(({ type }: Json) => type === "Ready");
  return { phase: status.phase, reason, message };
}

const original = async (place: TestEnv, name: string) =>
  assert.match(await place.ask(`http://${name}`), /^hello from nginx/);

Deno.test("a node that hangs holds up no bridge of another, and its pods are restored when it answers", async (t) => {
  await using place = await testEnv("unreachable");
  const step = ordered(t);
  const hung = { kept: "--keep", replaced: "--replace" };
  const onWorker = Object.keys(hung).flatMap((name) => workload(name, { node: WORKER }));
  const others = ["fine", "next"].flatMap((name) => workload(name, { node: CONTROL_PLANE }));
  await Promise.all([
    place.apply([tools(CONTROL_PLANE), ...workload("late", { node: WORKER }), ...onWorker, ...others]),
    upBeside(WORKER),
  ]);
  await place.run(APP, "local");
  for (const [name, mode] of Object.entries(hung)) await place.bridge(APP, name, mode);

  await hanging(WORKER, async () => {
    const late = tryGefyra(bridgeArgs(place.namespace, APP, "late"));
    await step("bridges of pods on other nodes come and go", async () => {
      const took = await timed(() => place.bridge(APP, "fine"));
      assert.equal(await place.ask("http://fine"), "local");
      await gefyra("unbridge", "-N", "fine");
      await original(place, "fine");
      report(`a bridge on another node took ${took}`);
    });
    await step("a new bridge of a pod on it ends with the pod and the node", async () => {
      const { code, stderr } = await late;
      assert.equal(code, exitCodes.unreachable, stderr);
      assert.match(stderr, new RegExp(`Cannot bridge "late": .*pod late-\\S+: .* on node "${WORKER}"`));
    });
    for (const name of Object.keys(hung)) {
      await step(`${name}: unbridge ends, and says which pod is restored later`, async () => {
        let stdout = "";
        const took = await timed(async () => ({ stdout } = await gefyra("unbridge", "-N", name)));
        const [pod] = await place.pods(name);
        const where = `pod "${place.namespace}/${pod.metadata.name}" on node "${WORKER}"`;
        assert.ok(stdout.startsWith(`Bridge ${name} is deleted. Cannot reach ${where}: no answer`), stdout);
        const { phase, reason, message } = await conditionOf(place, name);
        assert.deepEqual([phase, reason], ["Restoring", "Unreachable"]);
        assert.match(message, /no answer/);
        report(`${name}: unbridge took ${took}`);
      });
    }
    await step("meanwhile others are bridged", async () => {
      await place.bridge(APP, "next");
      assert.equal(await place.ask("http://next"), "local");
    });
  });

  await step("when it answers, its pods are restored without help", async () => {
    await eventually(async () => {
      const left = (await list("GefyraBridge", place.namespace)).map(({ metadata }: Json) => metadata.name);
      assert.deepEqual(left, ["next"]);
    }, 90_000);
    await eventually(
      () => Promise.all([...Object.keys(hung), "late"].map((name) => original(place, name))),
      60_000,
    );
  });
});

Deno.test("down ends although a node hangs, and the operator goes when it has restored the last pod", async (t) => {
  await using place = await testEnv("unreachable-down");
  const step = ordered(t);
  await place.apply([tools(CONTROL_PLANE), ...workload("hung", { node: WORKER })]);
  const before = await snapshot();
  await upBeside(WORKER);
  await place.run(APP, "local");
  await place.bridge(APP, "hung");

  await hanging(WORKER, () =>
    step("down ends, and says what the operator still does", async () => {
      let stdout = "";
      const took = await timed(async () => ({ stdout } = await gefyra("down")));
      assert.match(
        stdout,
        /^Disconnected[^\n]*\nCannot reach pod .*no answer.* restores it as soon as it answers\.$/,
      );
      report(`down took ${took}`);
    }));
  await step("when the node answers, nothing is left", async () => {
    await eventually(() => original(place, "hung"), 90_000);
    await eventually(async () => {
      const namespaces = (await list("Namespace")).map(({ metadata }: Json) => metadata.name);
      assert.ok(!namespaces.includes(NAMESPACE));
    }, 60_000);
    await assertUnchanged(before);
  });
});

/** A pod whose own program stands where Carrier's is, and answers without end. */
function endless(name: string): Manifest[] {
  const program = `#!/opt/carrier/real/perl
if ($ARGV[0] eq "run") { sleep }
print "x" x 65536 while 1;
`;
  const volumeMounts = [{ name: "program", mountPath: "/opt/carrier/bin" }];
  const [deployment, ...rest] = workload(name, { extra: { volumeMounts } });
  deployment!.spec.template.spec.volumes = [
    { name: "program", configMap: { name, defaultMode: 0o755 } },
  ];
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { carrier: program } };
  return [map, deployment!, ...rest];
}

Deno.test("a pod that answers without end is refused, and the operator stays small", async () => {
  await using place = await testEnv("endless");
  await Promise.all([place.apply([tools(), ...endless("endless"), ...workload("fine")]), gefyra("up")]);
  await place.run(APP, "local");
  const bridging = tryGefyra([...bridgeArgs(place.namespace, APP, "endless"), "--replace"]);
  await place.bridge(APP, "fine");
  assert.equal(await place.ask("http://fine"), "local");
  const { code, stderr } = await bridging;
  assert.equal(code, exitCodes.unreachable, stderr);
  assert.match(stderr, /prints more than 4 MiB/);
  await eventually(() => original(place, "endless"), 60_000);
  const [operator] = await list("Pod", NAMESPACE, `${COMPONENT_LABEL}=operator`);
  const inOperator = { namespace: NAMESPACE, pod: operator.metadata.name, container: "operator" };
  const { stdout } = await kube.exec(inOperator, ["grep", "VmHWM", "/proc/1/status"]);
  const megabytes = Number(stdout.match(/\d+/)) / 1024;
  assert.ok(megabytes < 300, stdout);
  report(`the operator had ${Math.round(megabytes)} MB at most`);
});
