/** Ctrl-C and `--timeout` leave nothing behind; `--wait=false` leaves the rest to the operator. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { CONNECTION_LABEL } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { composeProject } from "../harness/compose.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { kubectl } from "../harness/kube.ts";
import { APP, named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

Deno.test("what is interrupted leaves nothing behind", async (t) => {
  await using place = await testEnv("interrupted");
  const { namespace, folder } = place, step = ordered(t), connection = named("more");
  await using project = await composeProject("cut", folder);
  await Promise.all([place.apply([tools(), ...workload("web")]), gefyra("up")]);
  await place.run(APP, "local");
  const target = ["-N", APP, "-n", namespace, "--target", "deploy/web", "--port", "80:8000"];
  const bridges = () => kubectl("get", "gefyrabridges", "-n", namespace, "-o", "name");
  const carriers = async () =>
    (await kubectl(
      "get",
      "pods",
      "-n",
      namespace,
      "-l",
      "app=web",
      "-o",
      "jsonpath={.items[*].spec.containers[*].image}",
    )).match(
      /carrier/,
    );
  const original = () => place.ask("http://web");
  const before = await original();

  await step("up: Ctrl-C and a timeout remove the new connection", async () => {
    const left = () => docker(["network", "ls", "-q", "--filter", `label=${CONNECTION_LABEL}=${connection}`]);
    const running = startGefyra(["up", "--connection", connection]);
    await running.said("Preparing the local network");
    running.kill("SIGINT");
    const { code, stderr } = await running.output;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Undoing what was begun/);
    assert.equal(await left(), "");
    const late = await tryGefyra(["up", "--connection", connection, "--timeout", "0.7s", "-o", "json"]);
    assert.equal(late.code, 7, late.stderr);
    assert.match(late.stderr, /Timed out after 0\.7 s \(--timeout\)/);
    assert.equal(await left(), "");
    const clients = await kubectl("get", "gefyraclients", "-n", "gefyra", "-o", "name");
    assert.ok(!clients.includes(connection), clients);
  });

  await step("bridge: Ctrl-C removes the bridge, and the original serves", async () => {
    const running = startGefyra(["bridge", "-I", "cut", ...target, "--replace"]);
    await running.said("Checking the target");
    running.kill("SIGINT");
    const { code, stderr } = await running.output;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Undoing what was begun/);
    assert.equal(await bridges(), "");
    await eventually(async () => assert.equal(await original(), before), 30_000);
    assert.equal(await carriers(), null);
  });

  await step("--wait=false: the operator does the rest", async () => {
    const made = await gefyra("bridge", "-I", "later", ...target, "--wait=false");
    assert.match(made.stdout, /^Bridge later is created\./);
    await eventually(async () => assert.match(await original(), /local/), 30_000);
    const deleted = await gefyra("unbridge", "-N", "later", "--wait=false");
    assert.match(deleted.stdout, /^Bridge later is deleted\. The operator restores its pods\.$/);
    await eventually(async () => {
      assert.equal(await bridges(), "");
      assert.equal(await original(), before);
    }, 30_000);
  });

  const file = `${folder}/compose.yaml`;
  const compose = (settings: object) =>
    Deno.writeTextFile(
      file,
      stringify({
        services: {
          web: {
            image: "pyserver",
            stop_grace_period: "1s",
            "x-gefyra": { namespace, like: "deployment/web", bridge: true, ...settings },
          },
          db: { image: "pyserver", stop_grace_period: "1s" },
        },
      }),
    );
  const up = ["compose", "up", "-f", file, "-p", project.name];
  const nothing = async () => {
    assert.deepEqual([await project.containers(), await project.networks()], [[], []]);
    assert.equal(await bridges(), "");
  };

  await step("compose up: Ctrl-C removes its containers and bridges", async () => {
    await compose({ port: "80:8000" });
    for (const text of ["Checking the target", "Created"]) {
      const running = startGefyra(up, project.env);
      await running.said(text);
      running.kill("SIGINT");
      const { code, stderr } = await running.output;
      assert.equal(code, 130, stderr);
      await nothing();
    }
  });

  await step("compose up: a refused bridge says what became of the containers", async () => {
    await compose({ port: "4242:8000" });
    const { code, stderr } = await tryGefyra(up, project.env);
    assert.notEqual(code, 0);
    assert.match(stderr, /what was started is removed again/);
    assert.doesNotMatch(stderr, /nothing was changed/);
    await nothing();
  });
});
