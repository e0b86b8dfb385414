/** Gefyra as a provider of Docker Compose: called by Compose itself, and as Compose calls it. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { docker, tryDocker } from "../../docker.ts";
import { composeProject } from "../harness/compose.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { get } from "../harness/kube.ts";
import { CONNECTION, kubeconfig, named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

Deno.test("Gefyra provides a service of a Compose project", async (t) => {
  await using place = await testEnv("provider");
  const { namespace, folder } = place, step = ordered(t);
  await using project = await composeProject("shop", folder);
  const file = `${folder}/compose.yaml`, app = project.container("api");
  const compose = async (...words: string[]) => {
    const args = ["compose", "--project-name", project.name, "--file", file, ...words];
    const { code, stdout, stderr } = await new Deno.Command("docker", {
      args,
      cwd: folder,
      env: { ...project.env, KUBECONFIG: kubeconfig, GEFYRA_CONNECTION: CONNECTION },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, output: text(stdout) + text(stderr) };
  };
  const options = {
    image: "pyserver",
    volume: "./api:/src",
    namespace,
    bridge: "deployment/api",
    port: "80:8000",
  };
  const write = (more: Record<string, unknown> = {}) =>
    Deno.writeTextFile(
      file,
      stringify({
        services: {
          api: { provider: { type: "gefyra", options: { ...options, ...more } } },
          front: { image: "pyserver", depends_on: ["api"], stop_grace_period: "1s" },
        },
      }),
    );
  /** As Compose calls it. */
  const call = async (command: string, ...words: string[]) => {
    const output = await tryGefyra(["compose", `--project-name=${project.name}`, command, ...words, "api"]);
    const messages = output.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    return { ...output, messages: messages as { type: string; message: string }[] };
  };
  const apps = () =>
    docker([
      "ps",
      "--all",
      "--quiet",
      "--no-trunc",
      "--filter",
      `label=dev.gefyra.compose-project=${project.name}`,
    ]);
  await Promise.all([
    place.write("api", "api of Compose"),
    write(),
    gefyra("up"),
    (async () => {
      await place.applyUnasked([tools()]);
      await place.apply(workload("api"));
    })(),
  ]);

  await step(
    "docker compose up starts it in the cluster's network, bridged, for the services that depend on it",
    async () => {
      const { code, output } = await compose("up", "--detach");
      assert.equal(code, 0, output);
      assert.equal(await place.ask("http://api"), "api of Compose");
      const ask = ["exec", project.container("front"), "sh", "-c", 'curl -sS "http://$API_HOST:8000"'];
      assert.equal((await tryDocker(ask)).stdout, "api of Compose");
      assert.equal((await tryDocker(["exec", app, "curl", "-sS", "http://front:8000"])).code, 0);
    },
  );

  await step("called again, it says the same, and changes nothing", async () => {
    const before = [await apps(), (await get("GefyraBridge", `${app}-api`, namespace)).metadata.uid];
    const { code, output } = await compose("up", "--detach");
    assert.equal(code, 0, output);
    assert.deepEqual(
      [await apps(), (await get("GefyraBridge", `${app}-api`, namespace)).metadata.uid],
      before,
    );
  });

  await step("an option that changes makes it anew", async () => {
    const before = await apps();
    await write({ match: "header:x-user=alice" });
    const { code, output } = await compose("up", "--detach");
    assert.equal(code, 0, output);
    assert.notEqual(await apps(), before);
    assert.notEqual(await place.ask("http://api"), "api of Compose");
    assert.equal(await place.ask("http://api", "-H", "x-user: alice"), "api of Compose");
  });

  await step("docker compose down takes down just that", async () => {
    const other = named("other");
    await place.run(other, "other");
    const { code, output } = await compose("down");
    assert.equal(code, 0, output);
    assert.equal(await apps(), "");
    assert.deepEqual([await project.containers(), await project.networks()], [[], []]);
    assert.notEqual(await place.ask("http://api", "-H", "x-user: alice"), "api of Compose");
    await docker(["inspect", other]);
  });

  await step("it speaks JSON only, the error last, when nothing is left of what it made", async () => {
    const texts = ["--image=pyserver", `--namespace=${namespace}`, "--port=80:8000"];
    const { code, messages } = await call("up", ...texts, "--bridge=deployment/api/absent");
    assert.equal(code, 6);
    assert.deepEqual(messages.filter(({ type }) => type === "error").length, 1);
    assert.match(
      messages.at(-1)!.message,
      /^Cannot bridge "deployment\/api": the pods have no container "absent"/,
    );
    assert.equal(await apps(), "");
    assert.deepEqual(new Set(messages.map(({ type }) => type)), new Set(["info", "error"]));
    const down = await call("down");
    assert.deepEqual([down.code, down.messages], [0, []]);
  });

  await step("Compose shows the error", async () => {
    await write({ mode: "both" });
    const { code, output } = await compose("up", "--detach");
    assert.notEqual(code, 0);
    assert.match(output, /service "api": mode must be beside or replace/);
  });
});
