/** An app container is looked into, stopped, started and removed, and its bridge is right meanwhile. */
import assert from "node:assert/strict";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, inTerminal, tryGefyra } from "../harness/gefyra.ts";
import { named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const APP = named("day"), FREE = named("free");
const DEBUG = 19_431 + Math.floor(Math.random() * 500);

Deno.test("app containers from day to day", async (t) => {
  await using place = await testEnv("lifecycle");
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...workload("web"), ...workload("other")]), gefyra("up")]);
  await place.run(APP, "local", "--debug-port", `${DEBUG}:8000`);
  const original = await place.ask("http://web");
  await place.bridge(APP, "web");
  const exists = async (name: string) => (await tryDocker(["inspect", name])).code === 0;
  const bridged = () => eventually(async () => assert.equal(await place.ask("http://web"), "local"));
  const bridges = async () => JSON.parse((await gefyra("list", "--bridges", "-o", "json")).stdout).bridges;

  await step("a debugger's port is on 127.0.0.1 only", async () => {
    assert.equal(await docker(["port", APP]), `8000/tcp -> 127.0.0.1:${DEBUG}`);
    assert.equal(await (await fetch(`http://127.0.0.1:${DEBUG}`)).text(), "local");
  });

  await step("exec is in the cluster, logs show what came over the bridge", async () => {
    const { stdout } = await gefyra("exec", APP, "curl", "-sS", "--max-time", "4", "http://other");
    assert.match(stdout, /^hello from nginx on other-/);
    await place.ask("http://web/?seen");
    const { stdout: out, stderr } = await gefyra("logs", APP, "--tail", "5");
    assert.match(out + stderr, /GET \/\?seen/);
  });

  await step("run -it has a terminal of this one's size, and ends with the command's code", async () => {
    const sizes =
      "test -t 0 || exit 8; for i in $(seq 50); do stty size; sleep 0.1; done | grep -m1 -x '31 97'; exit 7";
    const run = ["run", "-i", "pyserver", "-n", place.namespace, "-N", named("terminal"), "--rm"];
    const { code, stdout } = await inTerminal({ rows: 31, columns: 97 }, [
      ...run,
      "-it",
      "--",
      "sh",
      "-c",
      sizes,
    ]);
    assert.equal(code, 7, stdout);
    assert.match(stdout, /31 97/);
  });

  await step(
    "after a restart, or a stop and a start, it gets the traffic and reaches the cluster",
    async () => {
      const works = async () => {
        await bridged();
        const { stdout } = await gefyra("exec", APP, "curl", "-sS", "--max-time", "4", "http://other");
        assert.match(stdout, /^hello from nginx on other-/);
      };
      await gefyra("restart", "-t", "1", APP);
      await works();
      await gefyra("stop", "-t", "1", APP);
      assert.match(
        (await gefyra("list")).stdout,
        new RegExp(`app "${APP}" is exited\n.*gefyra start ${APP}`),
      );
      await gefyra("start", APP);
      await works();
    },
  );

  await step("rm refuses one that runs or is bridged, and changes nothing", async () => {
    await place.run(FREE, "free");
    await gefyra("stop", "-t", "1", FREE);
    const { code, stderr } = await tryGefyra(["rm", FREE, APP]);
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      new RegExp(`app "${APP}" is running; bridge "web" leads to app "${APP}"\n.*--force`),
    );
    assert.ok(await exists(FREE));
    await bridged();
    assert.equal((await gefyra("rm", FREE)).stdout, FREE);
    assert.ok(!await exists(FREE));
  });

  await step("rm --force: the original serves, then the container goes", async () => {
    assert.equal((await gefyra("rm", "--force", APP)).stdout, APP);
    assert.equal(await place.ask("http://web"), original);
    assert.ok(!await exists(APP));
    assert.deepEqual(await bridges(), []);
  });
});
