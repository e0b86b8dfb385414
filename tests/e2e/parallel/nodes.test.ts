import assert from "node:assert/strict";
import { NAMESPACE, STOWAWAY_POD } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, WORKER } from "../harness/names.ts";
import { get, type Json } from "../harness/kube.ts";
import { inApp, type TestEnv, testEnv } from "../harness/test-env.ts";
import { MEGABYTES } from "../harness/waits.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";

const PROBE_ROUNDS_MS = 5_000;

const modes = [
  { name: "replaced", mode: "--replace", restarts: 1, megabytes: 100 },
  { name: "kept", mode: "--keep", restarts: 0, megabytes: MEGABYTES },
];

Deno.test("across nodes: large bodies arrive whole, and probes are content", async (t) => {
  await using place = await testEnv("nodes");
  const step = ordered(t);
  await gefyra("up");
  const stowaway = await get("Pod", STOWAWAY_POD, NAMESPACE);
  const node = stowaway.spec.nodeName === WORKER ? CONTROL_PLANE : WORKER;
  const extra = {
    ports: [{ name: "http", containerPort: 80 }, { name: "health", containerPort: 8080 }],
    startupProbe: httpProbe(80),
    readinessProbe: { ...httpProbe(80), httpGet: { path: "/ready", port: "health" } },
    livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 2 },
  };
  const objects = modes.flatMap(({ name }) => workload(name, { node, extra }));
  await place.apply([tools(stowaway.spec.nodeName), ...objects]);
  await Deno.copyFile(new URL("../harness/hashing.py", import.meta.url), `${place.folder}/hashing.py`);
  const script = ["-v", `${place.folder}/hashing.py:/hashing.py`, "-c", "python3 /hashing.py 8000"];
  await place.run(APP, "local", ...script);
  const make = async (megabytes: number) => {
    const file = `/large-${megabytes}`;
    await docker(["exec", APP, "sh", "-c", `head -c ${megabytes}M /dev/urandom > ${file}`]);
    await docker(["exec", APP, "ln", "-sf", file, "/src/large"]);
    return (await docker(["exec", APP, "sha256sum", file])).slice(0, 64);
  };

  let expected = "";
  for (const { name, mode, restarts, megabytes } of modes) {
    await step(`${mode}: a pod is bridged from another node than Stowaway's`, async () => {
      await place.bridge(APP, name, mode);
      const [pod] = await place.pods(name);
      assert.notEqual(pod.spec.nodeName, stowaway.spec.nodeName);
      await eventually(async () => assert.equal(await place.ask(`http://${name}`), "local"));
    });

    await step(`${mode}: probes on the bridged port and on another are content`, async () => {
      const first = await eventually(() => readyState(place, name));
      assert.equal(first.restarts, restarts);
      await new Promise((resolve) => setTimeout(resolve, PROBE_ROUNDS_MS));
      assert.deepEqual(await readyState(place, name), first);
    });

    await step(`${mode}: ${megabytes} MB pass the bridge in both directions`, async () => {
      const curl = "curl -sS --fail --max-time 120";
      expected = await make(megabytes);
      const took = await timed(() =>
        assertPrints(place, `${curl} http://${name}/large -o /tmp/large && sha256sum /tmp/large`, expected)
      );
      const tookUp = await timed(() =>
        assertPrints(place, `${curl} --request POST --upload-file /tmp/large http://${name}/`, expected)
      );
      report(`download ${took}, upload ${tookUp}`);
    });
  }

  await step("as much passes from a pod to the container", async () => {
    const serve = "cd /tmp && exec python3 -m http.server 9000 > /dev/null 2>&1 &";
    await place.inPod("sh", "-c", serve);
    const { status: { podIP: pod } } = await get("Pod", "tools", place.namespace);
    const took = await timed(() =>
      eventually(async () => {
        const download = `curl -sS --fail --max-time 120 http://${pod}:9000/large | sha256sum`;
        const { stdout, stderr } = await inApp(APP, "sh", "-c", download);
        assert.equal(stdout.slice(0, 64), expected, stderr);
      })
    );
    report(`outbound ${took}`);
  });
});

async function readyState(place: TestEnv, name: string) {
  const [pod] = await place.pods(name);
  const ready = pod.status.conditions.find(({ type }: Json) => type === "Ready");
  assert.equal(ready.status, "True");
  return { since: ready.lastTransitionTime, restarts: pod.status.containerStatuses[0].restartCount };
}

/** What a shell in the pod prints first. */
async function assertPrints(place: TestEnv, script: string, expected: string): Promise<void> {
  const { stdout, stderr } = await place.inPod("sh", "-c", script);
  assert.equal(stdout.slice(0, expected.length), expected, stderr);
}
