/** A project's gefyra.yaml: apply, delete, and what completions know of all that it brought up. */
import assert from "node:assert/strict";
import { docker, eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { CONNECTION, CONTEXT, named } from "../harness/names.ts";
import { ordered, report } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

Deno.test("apply brings up what gefyra.yaml names, delete takes it down, and nothing else", async (t) => {
  await using place = await testEnv("project");
  const step = ordered(t);
  const { namespace, folder } = place;
  const app = named("app"), file = `${folder}/gefyra.yaml`;
  const describe = (env: string) =>
    Deno.writeTextFile(
      file,
      `
defaults: { namespace: ${namespace} }
connection: { egress: local }
apps:
  ${app}:
    image: pyserver
    volume: ["./site:/src"]
    env: { COLOR: ${env} }
bridges:
  project-web: { app: ${app}, target: deployment/web, port: ["80:8000"] }
`,
    );
  const apply = async () => JSON.parse((await gefyra("apply", "-f", file, "-o", "json")).stdout);
  const changes = (text: string) => ({
    connection: CONNECTION,
    apps: [{ name: app, change: text }],
    bridges: [{ name: "project-web", namespace, change: text }],
  });
  const idOf = (name: string) => docker(["inspect", "--format", "{{.Id}}", name]);
  const answers = (text: RegExp) =>
    eventually(async () => assert.match(await place.ask("http://web"), text), 10_000);
  await place.apply([tools(), ...workload("web")]);
  await place.write("site", "from the project");

  await step("apply connects, and brings up app and bridge", async () => {
    await describe("red");
    assert.deepEqual(await apply(), changes("create"));
    await answers(/^from the project/);
  });

  await step("a second apply changes nothing", async () => {
    const before = await idOf(app);
    assert.deepEqual(await apply(), changes("none"));
    assert.equal(await idOf(app), before);
    const { stdout } = await gefyra("apply", "-f", file);
    assert.match(stdout, /^Already connected .*\nApp .* is unchanged\.\nBridge project-web is unchanged\.$/);
  });

  await step("a stopped app is started, a changed one is replaced, and its bridge follows", async () => {
    await gefyra("stop", app, "-t", "1");
    assert.equal((await apply()).apps[0].change, "start");
    await answers(/^from the project/);
    await describe("blue");
    assert.deepEqual(await apply(), changes("replace"));
    assert.equal(await docker(["exec", app, "printenv", "COLOR"]), "blue");
    await answers(/^from the project/);
  });

  await step("an app of gefyra run is refused, and nothing is changed", async () => {
    await place.run(named("other"), "by hand");
    await describe("blue");
    const own = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, own.replaceAll(app, named("other")));
    const { code, stderr } = await tryGefyra(["apply", "-f", file, "-o", "json"]);
    assert.deepEqual([code, JSON.parse(stderr.split("\n").at(-1)!).error.id], [8, "app-not-applied"]);
    await Deno.writeTextFile(file, own);
    assert.deepEqual(await apply(), changes("none"));
  });

  await step("completions know the names in Docker and in the cluster", async () => {
    const offered = async (...words: string[]) => {
      const start = performance.now();
      const { stdout, stderr } = await tryGefyra(["complete", "--", ...words]);
      report(`${words.slice(0, -1).join(" ")}: ${Math.round(performance.now() - start)} ms`);
      assert.equal(stderr, "");
      return stdout.split("\n").slice(0, -1).map((line) => line.split("\t")[0]);
    };
    const n = ["-n", namespace];
    const table: [string[], string[]][] = [
      [["bridge", "-N", app.slice(0, -1)], [app]],
      [["exec", named("o")], [named("other")]],
      [["down", "--connection", CONNECTION.slice(0, -1)], [CONNECTION]],
      [["up", "--context", CONTEXT.slice(0, -1)], [CONTEXT]],
      [["bridge", "-n", namespace.slice(0, -1)], [namespace]],
      [["bridge", ...n, "--target", ""], ["deployment/web", "service/web"]],
      [["bridge", ...n, "--target", "deploy/w"], ["deploy/web"]],
      [["bridge", ...n, "--target=deploy/web/"], ["deploy/web/hello-nginx"]],
      [["bridge", ...n, "--target", "deploy/web", "-C", ""], ["hello-nginx"]],
      [["bridge", ...n, "--target", "deploy/web", "-p", ""], ["80:"]],
      [["bridge", "-N", app, ...n, "--target", "deploy/web", "-p", "80:8"], ["80:80"]],
      [["unbridge", "-N", "pro"], ["project-web"]],
    ];
    for (const [words, expected] of table) {
      assert.deepEqual(await offered(...words), expected, words.join(" "));
    }
  });

  await step(
    "delete takes down what the file names; the connection stays while something uses it",
    async () => {
      const { stdout } = await gefyra("delete", "-f", file);
      assert.equal(
        stdout,
        `Bridge project-web is removed.\nApp ${app} is removed.\n` +
          `Connection ${CONNECTION} stays: app "${named("other")}" uses it.`,
      );
      await answers(/^hello from nginx/);
      assert.equal(await docker(["inspect", "--format", "{{.State.Running}}", named("other")]), "true");
      assert.equal((await gefyra("delete", "-f", file)).stdout.split("\n").length, 1);
    },
  );

  await step("without other uses it disconnects, and a second delete has nothing to do", async () => {
    await gefyra("rm", "--force", named("other"));
    assert.equal((await gefyra("delete", "-f", file)).stdout, `Disconnected ${CONNECTION}.`);
    assert.equal((await gefyra("delete", "-f", file)).stdout, "Not connected. Nothing to do.");
  });
});
