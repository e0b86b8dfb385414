/** Everything can be said twice, and what `run` promises holds. */
import assert from "node:assert/strict";
import { WIREGUARD_NODE_PORT } from "../../lib/names.ts";
import { docker, eventually, tryDocker } from "../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "./harness/gefyra.ts";
import { containersOf, inApp, scene } from "./harness/scene.ts";
import { assertUnchanged, snapshot } from "./harness/snapshot.ts";
import { ordered, report, timed } from "./harness/steps.ts";
import { tools, workload } from "./harness/workloads.ts";

Deno.test("up, bridge and down can be repeated, in any state", async (t) => {
  await using place = await scene("repeat");
  const step = ordered(t);
  await place.apply([tools(), ...workload("web"), ...workload("other")]);
  const web = await place.ask("http://web"), other = await place.ask("http://other");
  const before = await snapshot();
  const bridge = async (target: string, mode: string) => {
    const to = ["-n", place.namespace, "--target", `deploy/${target}`, "-p", "80:8000"];
    await gefyra("bridge", "-N", "app", "-I", "mine", ...to, mode);
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
    await place.run("app", "local");
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
        docker(["inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", "app"]);
      const first = await address();
      await docker(["restart", "--time", "1", "app"]);
      assert.equal(await address(), first);
      assert.equal((await inApp("app", "curl", "-sS", "--max-time", "5", "http://web")).code, 0);
      await eventually(async () => assert.equal(await place.ask("http://other"), "local"));
    },
  );

  await step("Cargo may be restarted too", async () => {
    const [cargo = ""] = await containersOf("cargo");
    await docker(["restart", "--time", "1", cargo]);
    const took = await timed(() =>
      eventually(async () => assert.equal(await place.ask("http://other"), "local"), 30_000)
    );
    assert.equal((await inApp("app", "curl", "-sS", "--max-time", "5", "http://web")).code, 0);
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
  await using place = await scene("node-port");
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

Deno.test("run does what docker run does", async (t) => {
  await using place = await scene("run");
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...workload("web")]), gefyra("up")]);
  const run = (...args: string[]) => ["run", "-i", "pyserver", "-n", place.namespace, ...args];
  const exists = async (name: string) => (await tryDocker(["inspect", name])).code === 0;

  await step("attached, it shows the output and ends with the container's exit code", async () => {
    const script = "echo to stdout; echo to stderr >&2; exit 7";
    const { code, stdout, stderr } = await tryGefyra(
      run("-N", "once", "--rm", "-q", "--", "sh", "-c", script),
    );
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: "to stdout", stderr: "to stderr" });
    await eventually(async () => assert.ok(!await exists("once")), 3_000);
  });

  await step("DNS and routes are there from the first instruction on", async () => {
    const first = ["curl", "-sS", "--max-time", "4", "http://web"];
    const { stdout } = await gefyra(...run("-N", "first", "--rm", "--", ...first));
    assert.match(stdout, /^hello from nginx on web-/);
  });

  await step("Ctrl-C ends it", async () => {
    const running = startGefyra(run("-N", "attached", "--rm", "-v", `${place.folder}:/src`));
    await running.said("Serving HTTP");
    const took = await timed(async () => {
      running.kill("SIGINT");
      await running.output;
    });
    await eventually(async () => assert.ok(!await exists("attached")), 3_000);
    report(`it ended ${took} after SIGINT`);
  });

  await step("-e, -v, --user, --workdir and -c reach the container", async () => {
    await Deno.writeTextFile(`${place.folder}/note`, "from the host");
    const { stdout } = await gefyra(
      ...run("-N", "options", "--rm", "-e", "COLOR=blue green", "-v", `${place.folder}/note:/data/note:ro`),
      ...["--user", "1234:4321", "--workdir", "/data"],
      ...["-c", `sh -c 'echo "$COLOR"; cat note; echo; id -u; id -g; pwd; touch note 2>&1 || true'`],
    );
    assert.match(stdout, /^blue green\nfrom the host\n1234\n4321\n\/data\ntouch: .*$/);
  });

  await step("-p publishes on this machine", async () => {
    await place.run("published", "published here", "-p", "127.0.0.1:18431:8000");
    await eventually(async () => {
      const response = await fetch("http://127.0.0.1:18431/", { signal: AbortSignal.timeout(2000) });
      assert.equal(await response.text(), "published here");
    });
  });

  await step("a container's name can be used again", async () => {
    await docker(["rm", "--force", "published"]);
    await place.run("published", "again");
  });
});
