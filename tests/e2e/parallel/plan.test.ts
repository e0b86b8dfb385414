/** What a bridge would do is said before, and what it did afterwards. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { keys } from "../../terminal.ts";
import { gefyra, tryGefyra, typeToGefyra } from "../harness/gefyra.ts";
import { kubectl } from "../harness/kube.ts";
import { testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report } from "../harness/steps.ts";
import { httpProbe, tools, workload } from "../harness/workloads.ts";
import { APP } from "../harness/names.ts";

/** One whose probe has Nginx read along, one that the kernel redirects, one that matches, whoever asks. */
const switches: [target: string, options: string[]][] = [
  ["web", []],
  ["plain", []],
  ["plain", ["--match", "path:/"]],
  ["web", ["--match", "header:x-user=nobody"]],
];

Deno.test("--dry-run tells what would be done and changes nothing; --watch-url counts what was lost", async (t) => {
  await using place = await testEnv("plan");
  const step = ordered(t);
  const { namespace } = place;
  const probes = {
    readinessProbe: httpProbe(80),
    livenessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
  };
  const exec = { readinessProbe: { exec: { command: ["true"] }, periodSeconds: 1 } };
  const objects = [
    tools(),
    ...workload("web", { replicas: 2, extra: { ...probes, ports: [{ name: "http", containerPort: 80 }] } }),
    ...workload("probed", { extra: exec }),
    ...workload("none", { replicas: 0 }),
    ...workload("plain"),
  ];
  await Promise.all([place.applyUnasked(objects), gefyra("up")]);
  await eventually(() => place.ask("http://web"), 30_000);
  await place.run(APP, "local");
  const before = await snapshot(namespace);
  const dry = (target: string, ...options: string[]) => [
    ...["bridge", "-N", APP, "-n", namespace, "-I", "planned", "--target", target, "--dry-run"],
    ...["--port", "80:8000", ...options],
  ];

  await step("beside: mode, ports, probes, restarts, objects", async () => {
    const { stdout } = await gefyra(...dry("deploy/web"));
    const pods = (await place.pods("web")).map(({ metadata }) => metadata.name).sort();
    const lines = stdout.split("\n").map((line) => line.trimEnd());
    for (
      const line of [
        `Bridge    planned in namespace ${namespace}`,
        "Target    deployment/web/hello-nginx",
        `Pods      ${pods.join(", ")}`,
        "Mode      beside: the original keeps running, container hello-nginx",
        `Ports     80 → ${APP}:8000, through Nginx as HTTP`,
        "Probes    liveness of hello-nginx (tcpSocket 8080): untouched",
        "          readiness of hello-nginx (httpGet 80): reaches the original",
        "Restarts  0",
        "Changes   GefyraBridge planned is created",
        ...pods.map((pod) => `          Pod ${pod} gets Carrier as an ephemeral container`),
        "Rights    all there",
      ]
    ) assert.ok(lines.includes(line), `no line "${line}" in\n${stdout}`);
  });

  await step("replace: the same as JSON", async () => {
    const plan = JSON.parse((await gefyra(...dry("deploy/web", "--replace", "-o", "json"))).stdout);
    assert.equal(plan.restarts, 2);
    assert.equal(plan.plans.length, 1);
    assert.deepEqual(plan.plans[0].plan.mode, "replace");
    assert.deepEqual(
      plan.plans[0].plan.probes.map(({ name, answeredBy }: Record<string, string>) =>
        `${name}: ${answeredBy}`
      ),
      ["liveness: carrier", "readiness: carrier"],
    );
    assert.deepEqual(plan.missingRights, []);
    assert.equal(plan.bridge.spec.mode, "replace");
    assert.equal(plan.objects.length, 3);
  });

  await step("of a workload without pods", async () => {
    const { stdout } = await gefyra(...dry("deploy/none"));
    assert.match(stdout, /^Pods +none now: the bridge activates when pods appear$/m);
    assert.match(stdout, /^Mode +beside/m);
  });

  await step("a refusal, with every reason", async () => {
    const refused = await tryGefyra(dry("deploy/probed", "--replace", "-o", "json"));
    assert.deepEqual([refused.code === 0, refused.stdout], [false, ""]);
    assert.match(refused.stderr, /its readiness probe runs a program of the original image \(exec\)/);
  });

  await step("a namespace that enforces Pod Security is told as the reason", async () => {
    const label = "pod-security.kubernetes.io/enforce";
    await kubectl("label", "namespace", namespace, `${label}=baseline`);
    const { stdout } = await gefyra(...dry("deploy/web"));
    assert.match(stdout, /^Mode +replace: Carrier replaces the original/m);
    assert.match(stdout, /not beside: the namespace enforces the Pod Security level "baseline"/);
    assert.match(stdout, /^Restarts +2, and 2 when the bridge is removed$/m);
    await kubectl("label", "namespace", namespace, `${label}-`);
  });

  await step("at a terminal, what is missing is asked for", async () => {
    const words = ["bridge", "-n", namespace, "--dry-run"];
    const { stdout: offered } = await gefyra("complete", "--", ...words, "--name", APP, "--target", "");
    const targets = offered.split("\n").map((line) => line.split("\t")[0] ?? "").filter((one) =>
      !one.startsWith(":")
    );
    assert.ok(targets.length > 1 && targets.length <= 10, offered);
    const { code, stdout } = await typeToGefyra(words, [
      ["Local container", keys.enter],
      ["What to bridge", keys.down.repeat(targets.indexOf("deployment/web")) + keys.enter],
      ["Port in the cluster", keys.enter],
      ["Port of the local container", "8000" + keys.enter],
    ]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /deployment\/web/);
    assert.match(stdout, new RegExp(`80 → ${APP}:8000`));
    const cancelled = await typeToGefyra(words, [["Local container", keys.escape]]);
    assert.equal(cancelled.code, 130, cancelled.stdout);
  });

  await step("nothing was changed", () => assertUnchanged(before));

  await step("nobody who asks loses anything while it is switched", async () => {
    for (const [target, options] of switches) {
      const watch = ["--watch-url", `http://${target}.${namespace}`];
      const to = ["-n", namespace, "-I", "watched", "--target", `deploy/${target}`, "--port", "80:8000"];
      const made = (await gefyra("bridge", "-N", APP, ...to, ...options, ...watch)).stdout;
      const answer = await place.ask(`http://${target}`);
      assert.match(answer, options.includes("header:x-user=nobody") ? /^hello from nginx/ : /^local$/);
      const removed = (await gefyra("unbridge", "-N", "watched", ...watch)).stdout;
      for (const text of [made, removed]) {
        const [, sent] = /^0 of (\d+) requests to http:\/\/\S+ lost\.$/m.exec(text) ?? [];
        assert.ok(Number(sent) >= 50, text);
        assert.match(text, /^[12] pods?, beside, 0 restarts, \d+\.\d s\.$/m);
        report(`${target} ${options.join(" ")}: ${text.split("\n").slice(1).join(" ")}`);
      }
      for (const { status } of await place.pods(target)) {
        assert.equal(status.containerStatuses[0].restartCount, 0);
      }
    }
  });

  await step("what is lost is told", async () => {
    const to = ["-n", namespace, "-I", "watched", "--target", "deploy/web", "--port", "80:9"];
    const { stdout } = await gefyra("bridge", "-N", APP, ...to, "--watch-url", `http://web.${namespace}`);
    assert.match(stdout, /^[1-9]\d* of \d+ requests to http:\/\/web\.\S+ lost \(.+\)\.$/m);
  });
});
