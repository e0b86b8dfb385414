/** Two installations, and commands at the same moment: undo removes only what each `up` made. */
import assert from "node:assert/strict";
import { dockerNames } from "../../../lib/connection/connection.ts";
import { NAMESPACE } from "../../../lib/names.ts";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONNECTION, LAB } from "../harness/names.ts";
import { type Json, kubectl, kubectlJson } from "../harness/kube.ts";
import { bridgeArgs, containersOf, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { assertFails } from "../harness/refusal.ts";

const OTHER = `${CONNECTION}-b`;

Deno.test("two installations, and commands at the same moment", async (t) => {
  await using place = await testEnv("at-once");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web")]);
  const answer = await place.ask("http://web");
  const before = await snapshot();
  const definitions = () => kubectl("get", "crds", "--output", "name");
  await using _other = {
    [Symbol.asyncDispose]: async () => void await tryGefyra(["down", "--connection", OTHER]),
  };

  await step("two up of one connection: one waits, and finds it done", async () => {
    const answers = await Promise.all([gefyra("up"), gefyra("up")]);
    const texts = answers.map(({ stdout }) => stdout).sort();
    assert.match(texts[0]!, /^Already connected/);
    assert.match(texts[1]!, /^Connected/);
    assert.ok(answers.some(({ stderr }) => /Waiting for `gefyra up` \(process \d+\)/.test(stderr)));
  });

  await step("another installation, with another connection; the definitions stay for it", async () => {
    await gefyra("up", "--connection", OTHER, "--namespace", place.namespace);
    await gefyra("down");
    assert.match(await definitions(), /gefyrabridges/);
    await place.run(APP, "local", "--connection", OTHER);
    await place.bridge(APP, "web", "--connection", OTHER);
    assert.equal(await place.ask("http://web"), "local");
    await gefyra("down", "--connection", OTHER);
    await eventually(async () => assert.equal(await place.ask("http://web"), answer));
    await assertUnchanged(before);
  });

  await step("two connections made at the same moment, and removed at the same moment", async () => {
    await Promise.all([gefyra("up"), gefyra("up", "--connection", OTHER)]);
    await Promise.all([gefyra("down"), gefyra("down", "--connection", OTHER)]);
    await assertUnchanged(before);
  });

  await step("a name that is no connection's is refused, with those that there are", async () => {
    await gefyra("up");
    await assertFails(
      ["down", "--connection", "typo"],
      "notFound",
      new RegExp(`there is no such connection[^]*${CONNECTION}`),
    );
    await gefyra("status");
  });

  await step("down beside a bridge that is being made leaves nothing", async () => {
    await place.run(APP, "local");
    const bridge = startGefyra(bridgeArgs(place.namespace, APP, "web"));
    await bridge.said("Checking the target");
    const down = await tryGefyra(["down"]);
    assert.equal(down.code, 0, down.stderr);
    const { code, stderr } = await bridge.output;
    assert.ok(!/ {4}at |undefined/.test(stderr), stderr);
    report(
      `bridge ended with ${code}: ${stderr.split("\n").find((line) => line.startsWith("Error")) ?? "active"}`,
    );
    await eventually(async () => assert.equal(await place.ask("http://web"), answer));
    await assertUnchanged(before);
  });

  await step(
    "a container of somebody else's in the network is named, and all the rest is removed",
    async () => {
      await gefyra("up");
      const { network } = dockerNames(CONNECTION), guest = `${LAB}-guest`;
      await docker(["run", "--detach", "--name", guest, "--network", network, "tools", "sleep", "600"]);
      try {
        await assertFails(["down"], "conflict", new RegExp(`container ${guest} is still in it`));
        assert.deepEqual([await containersOf("cargo"), (await tryDocker(["inspect", guest])).code], [[], 0]);
        await eventually(async () => assert.deepEqual((await snapshot()).cluster, before.cluster));
      } finally {
        await docker(["rm", "--force", guest]);
      }
      await gefyra("down");
      await assertUnchanged(before);
    },
  );

  await step("a namespace that Gefyra made stays when somebody else lives in it", async () => {
    await gefyra("up");
    await kubectl("create", "configmap", "shop", "--namespace", NAMESPACE, "--from-literal", "a=b");
    const { stderr } = await gefyra("down");
    assert.match(stderr, /namespace "gefyra" stays with ConfigMap "shop"/);
    const { items } = await kubectlJson("get", "all,secrets,serviceaccounts,roles", "--namespace", NAMESPACE);
    assert.deepEqual(items.map(({ metadata }: Json) => metadata.name), ["default"]);
    await kubectl("delete", "configmap", "shop", "--namespace", NAMESPACE);
    await gefyra("up");
    await gefyra("down");
    await assertUnchanged(before);
  });

  await step(
    "when Gefyra's namespace is deleted, status says so at once, and down removes the rest",
    async () => {
      await gefyra("up");
      await kubectl("delete", "namespace", NAMESPACE, "--wait=false");
      await eventually(async () => {
        const { code, stdout } = await tryGefyra(["status"]);
        assert.match(stdout, /^Connected: +no$/m);
        assert.equal(code, 1);
      }, 15_000);
      await gefyra("down");
      await assertUnchanged(before);
    },
  );
});
