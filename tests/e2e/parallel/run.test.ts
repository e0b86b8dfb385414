/** What `gefyra run` promises: it does what `docker run` does, in the cluster's network. */
import assert from "node:assert/strict";
import { docker, eventually, tryDocker } from "../../docker.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { named } from "../harness/names.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const PORT = 18_431 + Math.floor(Math.random() * 500);

Deno.test("run does what docker run does", async (t) => {
  await using place = await testEnv("run");
  const step = ordered(t);
  await Promise.all([place.apply([tools(), ...workload("web")]), gefyra("up")]);
  const run = (...args: string[]) => ["run", "-i", "pyserver", "-n", place.namespace, ...args];
  const exists = async (name: string) => (await tryDocker(["inspect", name])).code === 0;

  await step("attached, it shows the output and ends with the container's exit code", async () => {
    const script = "echo to stdout; echo to stderr >&2; exit 7";
    const { code, stdout, stderr } = await tryGefyra(
      run("-N", named("once"), "--rm", "-q", "--", "sh", "-c", script),
    );
    assert.deepEqual({ code, stdout, stderr }, { code: 7, stdout: "to stdout", stderr: "to stderr" });
    await eventually(async () => assert.ok(!await exists(named("once"))), 3_000);
  });

  await step("DNS and routes are there from the first instruction on", async () => {
    const first = ["curl", "-sS", "--max-time", "4", "http://web"];
    const { stdout } = await gefyra(...run("-N", named("first"), "--rm", "--", ...first));
    assert.match(stdout, /^hello from nginx on web-/);
  });

  await step("Ctrl-C ends it", async () => {
    const running = startGefyra(run("-N", named("attached"), "--rm", "-v", `${place.folder}:/src`));
    await running.said("Serving HTTP");
    const took = await timed(async () => {
      running.kill("SIGINT");
      await running.output;
    });
    await eventually(async () => assert.ok(!await exists(named("attached"))), 3_000);
    report(`it ended ${took} after SIGINT`);
  });

  await step("-e, -v, --user, --workdir and -c reach the container", async () => {
    await Deno.writeTextFile(`${place.folder}/note`, "from the host");
    const { stdout } = await gefyra(
      ...run(
        "-N",
        named("options"),
        "--rm",
        "-e",
        "COLOR=blue green",
        "-v",
        `${place.folder}/note:/data/note:ro`,
      ),
      ...["--user", "1234:4321", "--workdir", "/data"],
      ...["-c", `sh -c 'echo "$COLOR"; cat note; echo; id -u; id -g; pwd; touch note 2>&1 || true'`],
    );
    assert.match(stdout, /^blue green\nfrom the host\n1234\n4321\n\/data\ntouch: .*$/);
  });

  await step("docker's other options reach the container", async () => {
    const script =
      "hostname; id -u; touch /x 2>&1 || true; ulimit -n; df -k /scratch | tail -1 | tr -s ' ' | cut -d' ' -f2; " +
      "grep db.example /etc/hosts; grep CapEff /proc/self/status; cat";
    const child = run(
      ...[
        "-N",
        named("docker"),
        "--rm",
        "-q",
        "--interactive",
        "--hostname",
        "other",
        "--read-only",
        "--init",
      ],
      ...["--ulimit", "nofile=123:456", "--tmpfs", "/scratch:size=1m", "--add-host", "db.example:10.1.2.3"],
      ...["--cap-drop", "ALL", "--cap-add", "NET_BIND_SERVICE", "--memory", "64m", "--cpus", "0.5"],
      ...["--label", "mine=yes", "--network", "bridge", "--entrypoint", "sh", "--", "-c", script],
    );
    const { code, stdout, stderr } = await tryGefyra(child);
    assert.equal(code, 0, stderr);
    const [name, user, touch, files, size, hosts, capabilities] = stdout.split("\n");
    assert.deepEqual([name, user, files, size], ["other", "0", "123", "1024"]);
    assert.match(touch ?? "", /Read-only file system/);
    assert.match(hosts ?? "", /^10\.1\.2\.3\s+db\.example/);
    assert.match(capabilities ?? "", /0000000000000400$/);
  });

  await step("an option that docker would refuse creates nothing", async () => {
    const { code, stderr } = await tryGefyra(run("-N", named("bad"), "--memory", "12q", "--cpus", "x"));
    assert.equal(code, 2);
    assert.match(stderr, /--cpus "x".*--memory "12q"/);
    const absent = await tryGefyra(run("-N", named("bad"), "-d", "--network", "no-such-network"));
    assert.equal(absent.code, 1, absent.stderr);
    assert.ok(!await exists(named("bad")));
  });

  await step("-p publishes on this machine", async () => {
    await place.run(named("published"), "published here", "-p", `127.0.0.1:${PORT}:8000`);
    await eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${PORT}/`, { signal: AbortSignal.timeout(2000) });
      assert.equal(await response.text(), "published here");
    });
  });

  await step("a container's name can be used again", async () => {
    await docker(["rm", "--force", named("published")]);
    await place.run(named("published"), "again");
  });
});
