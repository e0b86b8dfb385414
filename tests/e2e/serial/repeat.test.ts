/** Everything can be said twice, and what `run` promises holds. */
import assert from "node:assert/strict";
import { WIREGUARD_NODE_PORT } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { gefyra } from "../harness/gefyra.ts";
import { containersOf, inApp, testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

Deno.test("up, bridge and down can be repeated, in any state", async (t) => {
  await using place = await testEnv("repeat");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web"), ...workload("other")]);
  const web = await place.ask("http://web"), other = await place.ask("http://other");
  const before = await snapshot();
  const bridge = async (target: string, mode: string) => {
    const to = ["-n", place.namespace, "--target", `deploy/${target}`, "-p", "80:8000"];
    await gefyra("bridge", "-N", APP, "-I", "mine", ...to, mode);
  };

  await step("a second up changes nothing and says so", async () => {
    await gefyra("up");
    const connected = await snapshot();
    const took = await timed(async () =>
      assert.match((await gefyra("up")).stdout, /^Already connected to .*\. Nothing was changed\.$/)
    );
    await assertUnchanged(connected);
    report(`the second up took ${took}`);
  });

  await step("the name of a bridge can be used again", async () => {
    await place.run(APP, "local");
    await bridge("web", "--replace");
    assert.equal(await place.ask("http://web"), "local");
    await gefyra("unbridge", "-N", "mine");
    await bridge("other", "--keep");
    assert.equal(await place.ask("http://other"), "local");
    await eventually(async () => assert.equal(await place.ask("http://web"), web));
  });

  await step(
    "a container keeps its address, names and routes over docker restart, and so does its bridge",
    async () => {
      const address = () =>
        docker(["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", APP]);
      const first = await address();
      await docker(["restart", "--time", "1", APP]);
      assert.equal(await address(), first);
      assert.equal((await inApp(APP, "curl", "-sS", "--max-time", "5", "http://web")).code, 0);
      await eventually(async () => assert.equal(await place.ask("http://other"), "local"));
    },
  );

  await step("Cargo may be restarted too", async () => {
    const [cargo = ""] = await containersOf("cargo");
    await docker(["restart", "--time", "1", cargo]);
    const took = await timed(() =>
      eventually(async () => assert.equal(await place.ask("http://other"), "local"), 30_000)
    );
    assert.equal((await inApp(APP, "curl", "-sS", "--max-time", "5", "http://web")).code, 0);
    report(`the bridge answered again ${took} after Cargo's restart`);
  });

  await step("down with an active bridge gives the original back and leaves nothing", async () => {
    await gefyra("down");
    await eventually(async () => assert.equal(await place.ask("http://other"), other));
    await assertUnchanged(before);
  });

  await step("a second down has nothing to do", async () => {
    assert.equal((await gefyra("down")).stdout, "Not connected. Nothing to do.");
  });
});

Deno.test("where another service has Gefyra's node port, the cluster picks one, which stays", async () => {
  await using place = await testEnv("node-port");
  const ports = [{ port: 80, protocol: "UDP", nodePort: WIREGUARD_NODE_PORT }];
  await place.applyUnasked([
    tools(),
    { kind: "Service", apiVersion: "v1", metadata: { name: "holder" }, spec: { type: "NodePort", ports } },
  ]);
  const before = await snapshot();
  await gefyra("up");
  const connected = await snapshot();
  const { cargo } = JSON.parse((await gefyra("status", "-o", "json")).stdout);
  if (!Deno.env.has("GEFYRA_TRANSPORT")) assert.doesNotMatch(cargo.endpoint, /:31820$/);
  assert.match((await gefyra("up")).stdout, /Nothing was changed\.$/);
  await assertUnchanged(connected);
  await gefyra("down");
  await assertUnchanged(before);
});
