/** A container like the one in the cluster: run --like, with --dry-run, and with a bridge. */
import assert from "node:assert/strict";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { get, type Manifest, tryKubectl } from "../harness/kube.ts";
import { named } from "../harness/names.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { helloContainer, service, tools, toolsContainer } from "../harness/workloads.ts";

const deployment = (name: string, container: Record<string, unknown>, spec = {}): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [container], ...spec },
    },
  },
});

const strict = deployment("strict", {
  ...toolsContainer,
  command: ["sh", "-c"],
  args: ["echo $(COLOR); sleep 1d"],
  workingDir: "/var",
  env: [{ name: "COLOR", value: "blue" }, { name: "PASSWORD", value: "secret=1" }],
  resources: { limits: { memory: "96Mi", cpu: "500m" } },
  securityContext: {
    runAsUser: 1234,
    runAsGroup: 4321,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
  },
  ports: [{ containerPort: 8080 }],
  volumeMounts: [{ name: "scratch", mountPath: "/tmp" }, { name: "settings", mountPath: "/etc/settings" }],
}, {
  securityContext: { fsGroup: 777, supplementalGroups: [888] },
  hostAliases: [{ ip: "10.1.2.3", hostnames: ["db.example"] }],
  hostname: "strict-0",
  volumes: [{ name: "scratch", emptyDir: {} }, { name: "settings", configMap: { name: "settings" } }],
});

Deno.test("a local container like one in the cluster", async (t) => {
  await using place = await testEnv("like");
  const step = ordered(t);
  const n = ["-n", place.namespace];
  await place.applyUnasked([
    tools(),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a: "1" } },
  ]);
  await place.apply([
    strict,
    deployment("web", helloContainer({ env: [{ name: "GREETING", value: "hi" }] })),
    service("web"),
  ]);
  await gefyra("up");
  const like = (
    name: string,
    ...more: string[]
  ) => ["run", "--like", "deployment/strict", "-N", named(name), ...n, ...more];
  const exists = async (name: string) => (await tryDocker(["inspect", named(name)])).code === 0;

  await step("it has the container's image, command, user, limits, names and environment", async () => {
    const { stderr } = await gefyra(...like("same", "-d"));
    assert.match(stderr, /\/etc\/settings \(configMap "settings"\) is not there/);
    const script = 'pwd; id -u; id -G; hostname; echo "$PASSWORD"; grep -c db.example /etc/hosts; ' +
      "touch /x 2>/dev/null || echo read-only; touch /tmp/x && echo writable; grep CapEff /proc/self/status; " +
      "grep NoNewPrivs /proc/self/status";
    const lines = (await docker(["exec", named("same"), "sh", "-c", script])).split("\n");
    const groups = new Set(lines[2]?.split(" "));
    assert.deepEqual(groups, new Set(["4321", "777", "888"]));
    lines.splice(2, 1);
    assert.deepEqual(lines, [
      ...["/var", "1234", "strict-0", "secret=1", "1", "read-only", "writable"],
      ...["CapEff:\t0000000000000000", "NoNewPrivs:\t1"],
    ]);
    const [{ Config, HostConfig }] = JSON.parse(await docker(["inspect", named("same")]));
    assert.deepEqual([HostConfig.Memory, HostConfig.NanoCpus], [96 * 1024 ** 2, 500_000_000]);
    assert.deepEqual([Config.Entrypoint, Config.Cmd], [["sh", "-c"], ["echo blue; sleep 1d"]]);
    assert.ok("8080/tcp" in Config.ExposedPorts && Object.keys(HostConfig.PortBindings ?? {}).length === 0);
    assert.equal(await docker(["logs", named("same")]), "blue");
  });

  await step("each of it can be replaced", async () => {
    const { stdout } = await gefyra(
      ...like(
        "other",
        "-i",
        "pyserver",
        "--user",
        "0",
        "--rm",
        "-e",
        "COLOR=red",
        "-w",
        "/",
        "-q",
        "--hostname",
        "mine",
      ),
      ...["--", "sh", "-c", 'echo "$COLOR $(id -u) $(pwd) $(hostname)"'],
    );
    assert.equal(stdout, "red 0 / mine");
  });

  await step("--dry-run prints a docker run that does the same, and creates nothing", async () => {
    const { stdout: masked } = await gefyra(...like("dry", "--dry-run"));
    assert.match(masked, /--env 'PASSWORD=\*+'/);
    assert.ok(!masked.includes("secret=1"));
    assert.ok(!await exists("dry"));
    const { stdout } = await gefyra(...like("dry", "--dry-run", "--show-values", "--rm"));
    const command = stdout.replace("sleep 1d", "pwd; id -u; cat /proc/sys/kernel/hostname");
    const { code, stdout: output, stderr } = await runShell(command);
    assert.equal(code, 0, stderr);
    assert.equal(output, "blue\n/var\n1234\nstrict-0");
  });

  await step(
    "with --bridge it gets the traffic as soon as it listens; Ctrl-C gives it back and ends both",
    async () => {
      const name = named("web");
      const script = "sleep 3; cd /src; exec python3 -m http.server 8000";
      await place.write(name, "from here");
      let lost = 0, asking = true;
      const asked = (async () => {
        while (asking) await place.ask("http://web", "--retry", "0").catch(() => lost++);
      })();
      const running = startGefyra([
        ...[
          "run",
          "--like",
          "deployment/web",
          "-i",
          "pyserver",
          "-N",
          name,
          ...n,
          "--bridge",
          "--port",
          "80:8000",
        ],
        ...["-v", `${place.folder}/${name}:/src`, "--", "sh", "-c", script],
      ]);
      await running.said("Bridging");
      assert.equal(await place.ask("http://web"), "from here");
      assert.equal(await docker(["exec", name, "printenv", "GREETING"]), "hi");
      const took = await timed(async () => {
        running.kill("SIGINT");
        await running.output;
      });
      assert.match(await place.ask("http://web"), /^hello from nginx/);
      asking = false;
      await asked;
      assert.equal(lost, 0, "requests while it started and ended");
      assert.ok(!await exists("web"));
      await assert.rejects(get("GefyraBridge", `${name}-web`, place.namespace), /there is no/);
      report(`it ended ${took} after SIGINT`);
    },
  );

  await step("an app that ends takes its bridge with it", async () => {
    const script = "cd /src; timeout 8 python3 -m http.server 8000; exit 7";
    const { code, stderr } = await tryGefyra([
      ...["run", "--like", "deployment/web", "-i", "pyserver", "-N", named("web"), ...n, "--bridge"],
      ...["--port", "80:8000", "-v", `${place.folder}:/src`, "--", "sh", "-c", script],
    ]);
    assert.equal(code, 7, stderr);
    assert.match(stderr, /Removing bridge/);
    await eventually(async () => assert.match(await place.ask("http://web"), /^hello from nginx/));
    assert.ok(!await exists("web"));
  });

  await step("a bridge that is refused leaves no container", async () => {
    const { code, stderr } = await tryGefyra([
      ...["run", "--like", "deployment/web", "-i", "pyserver", "-N", named("web"), ...n, "--bridge"],
      ...["--port", "nothing:8000", "-v", `${place.folder}:/src`],
    ]);
    assert.notEqual(code, 0);
    assert.match(stderr, /has no port "nothing"/);
    assert.ok(!await exists("web"));
    const { stdout } = await tryKubectl("get", "gefyrabridges", ...n, "-o", "name");
    assert.equal(stdout, "");
  });
});

async function runShell(command: string) {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", command] }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
