/** A line that is interrupted: short, nobody notices; longer, the originals serve; and it comes back without help. */
import assert from "node:assert/strict";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { cut } from "../harness/cut.ts";
import { gefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, named } from "../harness/names.ts";
import { type Json, kube, list, type Manifest } from "../harness/kube.ts";
import { containersOf, inApp, type TestEnv, testEnv } from "../harness/test-env.ts";
import { LONG_OUTAGE_MS, SHORT_OUTAGE_MS, SUSPEND_AFTER_MS } from "../harness/waits.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";

/** One deployment for each mode. */
const names = ["kept", "replaced"];
const ORIGINALS_WITHIN_MS = SUSPEND_AFTER_MS + 9_000, LOCAL_WITHIN_MS = 20_000;
const STANDSTILL_MS = SUSPEND_AFTER_MS - 3_000;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Both, each as soon as it does. */
async function originalsAnswer(place: TestEnv, within: number): Promise<string> {
  const times = await Promise.all(
    names.map((name) =>
      timed(() =>
        eventually(
          // One that is asked just before waits until the end for what has gone into the tunnel.
          async () => assert.match(await place.ask(`http://${name}`, "--max-time", "1"), /^hello from nginx/),
          within,
        )
      )
    ),
  );
  return names.map((name, i) => `${name} ${times[i]}`).join(", ");
}

async function localAnswers(place: TestEnv, within: number): Promise<string> {
  const times = await Promise.all(names.map((name) =>
    timed(() =>
      eventually(async () => {
        assert.deepEqual([...new Set(await place.askOften(`http://${name}`, 3))], ["local"]);
      }, within)
    )
  ));
  return names.map((name, i) => `${name} ${times[i]}`).join(", ");
}

async function phases(place: TestEnv): Promise<string[]> {
  const items = await list("GefyraBridge", place.namespace);
  return items.map(({ status }: Json) => status.phase);
}

const restarts = async (place: TestEnv) =>
  (await Promise.all(names.map((name) => place.pods(name)))).flat()
    .map(({ status }) => status.containerStatuses[0].restartCount);

const SYNCED = named("synced");

/** Its files are in the app container of the same name. */
function withFiles(name: string): Manifest[] {
  const data = { name: "data", mountPath: "/data" };
  const [deployment, ...rest] = workload(name, { extra: { volumeMounts: [data] } });
  deployment!.spec.template.spec.volumes = [{ name: "data", emptyDir: {} }];
  return [deployment!, ...rest];
}

async function write(place: TestEnv, text: string): Promise<void> {
  const [{ metadata: { name: pod } }] = await place.pods("files");
  const at = { namespace: place.namespace, pod, container: "hello-nginx" };
  const { code, stderr } = await kube.exec(at, ["sh", "-c", `echo ${text} >/data/file`]);
  assert.equal(code, 0, stderr);
}

async function isSynced(text: string, within: number): Promise<void> {
  await eventually(
    async () => assert.equal((await inApp(SYNCED, "cat", "/data/file")).stdout, text),
    within,
  );
}

Deno.test("an interrupted line", async (t) => {
  await using place = await testEnv("outage");
  const step = ordered(t);
  const deployments = [...names.flatMap((name) => workload(name)), ...withFiles("files")];
  await Promise.all([place.apply([tools(), ...deployments]), gefyra("up")]);
  const [cargo = ""] = await containersOf("cargo");
  await place.run(APP, "local");
  await Promise.all([place.bridge(APP, "kept", "--keep"), place.bridge(APP, "replaced", "--replace")]);
  await localAnswers(place, 10_000);
  const app = ["run", "-i", "pyserver", "-N", SYNCED, "-n", place.namespace, "-d"];
  await gefyra(...app, "--sync", "/data", "--sync-from", "deployment/files");

  await step("a short outage is not noticed but by those who ask meanwhile", async () => {
    const before = await restarts(place);
    const mend = await cut(cargo);
    await sleep(SHORT_OUTAGE_MS);
    await mend();
    const took = await localAnswers(place, 10_000);
    assert.deepEqual(await phases(place), ["Active", "Active"]);
    await sleep(SUSPEND_AFTER_MS - SHORT_OUTAGE_MS - 1_000);
    assert.deepEqual(await phases(place), ["Active", "Active"]);
    assert.deepEqual(await restarts(place), before);
    report(`the local container answered ${took} after ${SHORT_OUTAGE_MS} ms`);
  });

  await step("while Cargo is paused the originals answer, and the local container afterwards", async () => {
    await docker(["pause", cargo]);
    report(`originals after ${await originalsAnswer(place, ORIGINALS_WITHIN_MS)}`);
    await eventually(async () => assert.deepEqual(await phases(place), ["Suspended", "Suspended"]));
    const { stdout } = await gefyra("list", "--bridges", "-o", "wide");
    assert.match(stdout, /Suspended .* is silent: the originals serve$/m);
    await docker(["unpause", cargo]);
    report(`local after ${await localAnswers(place, LOCAL_WITHIN_MS)}`);
    await eventually(async () => assert.deepEqual(await phases(place), ["Active", "Active"]));
  });

  await step("after a long outage it comes back", async () => {
    const mend = await cut(cargo);
    await Promise.all([sleep(LONG_OUTAGE_MS), originalsAnswer(place, ORIGINALS_WITHIN_MS)]);
    assert.deepEqual(await phases(place), ["Suspended", "Suspended"]);
    await write(place, "outage");
    await mend();
    report(`local after ${await localAnswers(place, LOCAL_WITHIN_MS)}`);
    report(`files after ${await timed(() => isSynced("outage", 60_000))}`);
  });

  await step("Cargo comes back from a restart, and from the end of its processes", async () => {
    await docker(["restart", "--time", "5", cargo]);
    report(`restart: local after ${await localAnswers(place, LOCAL_WITHIN_MS)}`);
    // As the engine's end: all processes are killed at once, and the restart policy brings them back.
    await signal(cargo, "KILL", "coredns");
    report(`killed: local after ${await localAnswers(place, LOCAL_WITHIN_MS)}`);
    await write(place, "restart");
    report(`files after ${await timed(() => isSynced("restart", 60_000))}`);
    const state = "{{.State.Running}} {{.RestartCount}}";
    assert.equal(await docker(["inspect", "--format", state, cargo]), "true 1");
  });

  await step("while the API server stands still, traffic flows, and nothing is given up", async () => {
    const address = (await place.pods("kept"))[0].status.podIP;
    await signal(CONTROL_PLANE, "STOP", "kube apiserver");
    try {
      const end = Date.now() + STANDSTILL_MS;
      while (Date.now() < end) assert.match(await askFromNode(address), /\r\n\r\nlocal$/);
    } finally {
      await signal(CONTROL_PLANE, "CONT", "kube apiserver");
    }
    await localAnswers(place, LOCAL_WITHIN_MS);
    await eventually(async () => assert.deepEqual(await phases(place), ["Active", "Active"]), 30_000);
  });

  await step("after a restart of the node all of it comes back", async () => {
    await docker(["restart", "--time", "5", CONTROL_PLANE]);
    report(`local after ${await localAnswers(place, 120_000)}`);
    await write(place, "node");
    await gefyra("sync", SYNCED);
    await isSynced("node", 10_000);
  });
});

/** To all processes of a container whose command line begins like that; fails where there is none. */
async function signal(container: string, name: string, command: string): Promise<void> {
  // A process may end between the list and the look.
  const find = `found=1
  for one in /proc/[0-9]*; do
    line=$(tr '\\0' ' ' < "$one/cmdline") || continue
    case "$line" in "${command} "*) kill -${name} "\${one#/proc/}" && found=0 ;; esac
  done 2>/dev/null
  exit $found`;
  const { code, stderr } = await tryDocker(["exec", container, "bash", "-c", find]);
  // A container that ends with its process takes this command along.
  assert.ok([0, 137].includes(code), stderr);
}

/** For when there is no kubectl. */
function askFromNode(address: string): Promise<string> {
  const ask = `exec 3<>/dev/tcp/${address}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;
  return docker(["exec", CONTROL_PLANE, "timeout", "4", "bash", "-c", ask]);
}
