/** Services of a Compose project as apps: `x-gefyra`, read by `gefyra compose up` and `down`. */
import assert from "node:assert/strict";
import { stringify } from "yaml";
import { helperOf } from "../../../lib/files/helper.ts";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { composeProject } from "../harness/compose.ts";
import { type Output, tryGefyra } from "../harness/gefyra.ts";
import { gefyra } from "../harness/gefyra.ts";
import { get, type Json, kube, kubectl, type Manifest } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { ordered } from "../harness/steps.ts";
import { inApp, testEnv } from "../harness/test-env.ts";
import { helloContainer, service, tools } from "../harness/workloads.ts";

const web: Manifest = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        terminationGracePeriodSeconds: 1,
        volumes: [{ name: "conf", configMap: { name: "conf" } }],
        containers: [helloContainer({
          env: [{ name: "PRICE", value: "5$HOME" }, { name: "MODE", value: "prod" }],
          workingDir: "/srv",
          volumeMounts: [
            { name: "conf", mountPath: "/etc/conf" },
            { name: "conf", mountPath: "/etc/app.yaml", subPath: "app.yaml" },
          ],
        })],
      },
    },
  },
};

const python = { image: "pyserver", command: "python3 -u -m http.server 8000", stop_grace_period: "1s" };

Deno.test("services of a Compose project are apps", async (t) => {
  await using place = await testEnv("compose");
  const { namespace, folder } = place, step = ordered(t);
  await using project = await composeProject("shop", folder);
  const file = `${folder}/compose.yaml`, app = project.container("web");
  const compose = (command: string, ...words: string[]): Promise<Output> =>
    tryGefyra(["compose", command, "-f", file, "-p", project.name, ...words], project.env);
  const up = async (...words: string[]) => {
    const output = await compose("up", ...words);
    assert.equal(output.code, 0, output.stderr);
    return output;
  };
  const from = (name: string) => ({ ...python, volumes: [`./${name}:/src`], working_dir: "/src" });
  const write = (settings: Json) =>
    Deno.writeTextFile(
      file,
      stringify({
        services: {
          web: {
            ...from("web"),
            environment: { MODE: "dev" },
            depends_on: ["db"],
            ports: ["127.0.0.1::8000"],
            "x-gefyra": { namespace, like: "deployment/web", ...settings },
          },
          db: from("db"),
          both: from("db"),
        },
      }),
    );
  const bridged = { sync: "volumes", bridge: true, port: "80:8000" };
  await Promise.all([
    ...["web", "db"].map((name) => place.write(name, `${name} of Compose`)),
    write(bridged),
    gefyra("up"),
    (async () => {
      await place.applyUnasked([
        { kind: "ConfigMap", metadata: { name: "conf" }, data: { "app.yaml": "one" } },
        tools(),
      ]);
      await place.apply([web, service("web"), service("both", { selector: { app: "web" } })]);
    })(),
  ]);
  const inWeb = async (...command: string[]) => {
    const { code, stdout, stderr } = await inApp(app, ...command);
    assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
    return stdout;
  };
  const bridge = () => get("GefyraBridge", `${app}-web`, namespace);
  const idOf = (name: string) => docker(["inspect", "--format", "{{.Id}} {{.State.StartedAt}}", name]);

  await step(
    "a service gets the traffic of the container it is like, its environment and its files",
    async () => {
      const { stdout } = await up();
      assert.equal(stdout, `Project ${project.name} is up; in the cluster's network: ${app}.`);
      assert.equal(await place.ask("http://web"), "web of Compose");
      assert.equal(await inWeb("sh", "-c", 'echo "$PRICE $MODE $(pwd)"'), "5$HOME dev /src");
      assert.equal(await inWeb("cat", "/etc/conf/app.yaml", "/etc/app.yaml"), "oneone");
    },
  );

  await step("the other services, the cluster's and this machine find each other", async () => {
    assert.equal(await inWeb("curl", "-sS", "http://db:8000"), "db of Compose");
    const { stdout } = await tryDocker(["exec", project.container("db"), "curl", "-sS", "http://web:8000"]);
    assert.equal(stdout, "web of Compose");
    const published = await docker(["port", app, "8000/tcp"]);
    assert.equal(await (await fetch(`http://${published}`)).text(), "web of Compose");
    const clusterIp = (await get("Service", "both", namespace)).spec.clusterIP;
    // The same name in both: the cluster's, as for a pod; Docker's network is named to get Compose's.
    assert.match(await inWeb("getent", "ahostsv4", "both"), new RegExp(`^${clusterIp} `));
    assert.equal(await inWeb("curl", "-sS", `http://both.${project.name}_default:8000`), "db of Compose");
  });

  await step("up again changes nothing; a change of the bridge changes the bridge only", async () => {
    const before = [await idOf(app), (await bridge()).metadata.uid];
    await up();
    assert.deepEqual([await idOf(app), (await bridge()).metadata.uid], before);
    await write({ sync: "volumes" });
    await up();
    await assert.rejects(bridge(), /there is no/);
    await write({ ...bridged, match: "header:x-user=alice" });
    await up();
    assert.equal(await idOf(app), before[0]);
    assert.notEqual(await place.ask("http://web"), "web of Compose");
    assert.equal(await place.ask("http://web", "-H", "x-user: alice"), "web of Compose");
  });

  await step("an up that finds no pod leaves the app the files that it has", async () => {
    const scale = (replicas: number) =>
      kubectl("scale", "deployment", "web", "-n", namespace, `--replicas=${replicas}`);
    const helper = () => docker(["inspect", "--format", "{{.Id}} {{.State.Running}}", helperOf(app)]);
    const before = await helper();
    await scale(0);
    await eventually(async () => assert.deepEqual(await place.pods("web"), []), 30_000);
    const { code, stderr } = await compose("up");
    assert.equal(code, 6, stderr);
    assert.match(stderr, /Cannot sync files of "deployment\/web": no pod of it runs/);
    assert.equal(await helper(), before);
    assert.equal(await inWeb("cat", "/etc/conf/app.yaml"), "one");
    await scale(1);
    await kube.ready(namespace, "Deployment", "web");
  });

  await step("down restores the original and removes the project, and nothing else", async () => {
    const other = named("other");
    await place.run(other, "other");
    const { code, stderr } = await compose("down");
    assert.equal(code, 0, stderr);
    assert.notEqual(await place.ask("http://web", "-H", "x-user: alice"), "web of Compose");
    await assert.rejects(bridge(), /there is no/);
    assert.deepEqual([await project.containers(), await project.networks()], [[], []]);
    const volumes = await docker(["volume", "ls", "--quiet", "--filter", `label=dev.gefyra.app=${app}`]);
    assert.equal(volumes, "");
    await idOf(other);
  });

  await step("an up that fails takes down what it has made", async () => {
    await write({ bridge: "deployment/web/absent", port: "80:8000" });
    const { code, stderr } = await compose("up");
    assert.equal(code, 6, stderr);
    assert.match(stderr, /Error: Cannot bridge "deployment\/web": the pods have no container "absent"/);
    assert.deepEqual([await project.containers(), await project.networks()], [[], []]);
  });

  await step("gefyra down takes the apps of a project, and leaves Compose's own containers", async () => {
    await write({});
    await up();
    await gefyra("down");
    const left = ["both", "db"].map((name) => project.container(name));
    assert.deepEqual(await project.containers(), left);
    const { code, stderr } = await compose("down");
    assert.equal(code, 0, stderr);
    await eventually(async () => assert.deepEqual(await project.containers(), []));
  });
});
