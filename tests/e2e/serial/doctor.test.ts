/** `gefyra doctor` finds what really is broken, says so first, and leaves nothing behind. */
import assert from "node:assert/strict";
import type { Diagnosis } from "../../../lib/doctor/run-checks.ts";
import type { Finding } from "../../../lib/doctor/check-result.ts";
import { CONNECTION_LABEL, ROLE_LABEL, WIREGUARD_NODE_PORT } from "../../../lib/names.ts";
import { docker, eventually } from "../../docker.ts";
import { withoutRights, withoutServer } from "../harness/access.ts";
import { gefyra, startGefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, CONTROL_PLANE, named, WORKER } from "../harness/names.ts";
import { apply, kube, kubectl } from "../harness/kube.ts";
import { testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report } from "../harness/steps.ts";
import { folder } from "../harness/suite.ts";

const ORPHAN = named("orphan");

interface Examined extends Diagnosis {
  code: number;
  /** Of one check. */
  of(check: string): Finding[];
  /** The checks of which something is broken, in the order of the screen. */
  broken: string[];
}

async function runChecks(args: string[] = [], env: Record<string, string> = {}): Promise<Examined> {
  const { code, stdout, stderr } = await tryGefyra(["doctor", "-o", "json", ...args], env);
  assert.ok(stdout, stderr);
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  const bad = diagnosis.findings.filter(({ verdict }) => verdict === "broken");
  assert.equal(code, bad.length ? 1 : 0, stdout);
  for (const { check, remedy } of bad) assert.ok(remedy, `${check} says nothing of what to do`);
  const of = (check: string) => diagnosis.findings.filter((finding) => finding.check === check);
  return { ...diagnosis, code, of, broken: [...new Set(bad.map(({ check }) => check))] };
}

function assertSkipped({ of }: Examined, checks: string[], because: string): void {
  for (const check of checks) {
    assert.deepEqual(of(check).map(({ verdict, message }) => [verdict, message]), [
      ["skipped", `skipped: needs ${because}`],
    ], check);
  }
}

/** Drops datagrams on their way into the nodes, as a firewall would, while `work` is done. */
async function filtered(rule: string, work: () => Promise<void>): Promise<void> {
  const table = "ip gefyra-test";
  const nodes = [CONTROL_PLANE, WORKER];
  const ruleset = `table ${table} { chain in { type filter hook prerouting priority -400; ${rule}; }; }`;
  for (const node of nodes) await docker(["exec", node, "nft", ruleset]);
  try {
    await work();
  } finally {
    for (const node of nodes) await docker(["exec", node, "nft", "delete", "table", ...table.split(" ")]);
  }
}

/** Scales a deployment to nothing while `work` is done. */
async function without(namespace: string, workload: string, work: () => Promise<void>): Promise<void> {
  const scale = (replicas: number) =>
    kubectl("scale", workload, "--namespace", namespace, "--replicas", `${replicas}`);
  await scale(0);
  await kubectl("rollout", "status", workload, "--namespace", namespace);
  try {
    await work();
  } finally {
    await scale(1);
    await kubectl("rollout", "status", workload, "--namespace", namespace, "--timeout", "90s");
  }
}

const measurements = ["mtu", "bandwidth", "dns", "round-trip"];

Deno.test("without a connection doctor says the first thing that is missing", async (t) => {
  await using place = await testEnv("doctor-before");
  const [rightless, serverless] = [await withoutRights(place.namespace), await withoutServer()];
  const table: [string, string[], Record<string, string>, string, RegExp][] = [
    ["no Docker", [], { DOCKER_HOST: `unix://${folder}/missing.sock` }, "docker", /start Docker/],
    ["no kubeconfig", ["--kubeconfig", `${folder}/missing`], {}, "kubeconfig", /--kubeconfig/],
    ["no such context", ["--context", "elsewhere"], {}, "kubeconfig", /choose one of/],
    ["no API server", ["--kubeconfig", serverless], {}, "cluster", /kubectl cluster-info/],
    ["no rights", ["--kubeconfig", rightless], {}, "rights", /ask an administrator/],
    ["no connection", [], {}, "connection", /gefyra up/],
  ];
  for (const [name, args, env, first, remedy] of table) {
    await t.step(name, async () => {
      const { broken, of } = await runChecks(args, env);
      assert.equal(broken[0], first);
      assert.match(of(first)[0]?.remedy ?? "", remedy);
    });
  }
});

Deno.test("doctor measures what works, and finds what does not", async (t) => {
  await using _place = await testEnv("doctor");
  const step = ordered(t);
  await gefyra("up");
  const before = await snapshot();

  await step("where nothing is broken it has measured everything, and leaves nothing", async () => {
    const { of, broken, seconds } = await runChecks();
    assert.deepEqual(broken, []);
    const measured = (check: string) => of(check)[0]!.measured as Record<string, number>;
    assert.ok(of("transport").some(({ message }) => message.endsWith("in use")));
    assert.ok(measured("latency").p50Milliseconds! > 0.05 && measured("latency").p50Milliseconds! < 200);
    assert.equal(measured("mtu").bytes, measured("mtu").configured);
    assert.ok(measured("bandwidth").outMbit! > 1 && measured("bandwidth").inMbit! > 1);
    assert.match(of("dns")[0]!.message, /^kubernetes.default is 10\./);
    assert.equal(of("round-trip")[0]!.verdict, "ok");
    report(`${seconds} s: ${JSON.stringify([measured("latency"), measured("bandwidth")])}`);
    await assertUnchanged(before);
    const { stdout } = await gefyra("doctor");
    assert.match(stdout, /^✓ Docker .*\n✓ Kubeconfig .*\n(.*\n)*\nNothing is broken/);
  });

  await step(
    "a context that the connection does not lead to is examined, or missed, and not passed over",
    async () => {
      const { broken, of } = await runChecks(["--context", "nosuch"]);
      assert.deepEqual(broken, ["kubeconfig", "connection"]);
      assert.match(of("kubeconfig")[0]!.message, /context "nosuch"/);
      assert.match(of("connection")[0]!.message, /context "nosuch": connection ".*" leads to context/);
      const { context } = JSON.parse((await gefyra("status", "-o", "json")).stdout).connection;
      assert.deepEqual((await runChecks(["--context", context])).broken, []);
    },
  );

  await step(
    "one that is killed leaves nothing that stays, and does not keep the next from its work",
    async () => {
      const child = await tryGefyraKilled();
      assert.ok(child, "it ended before it was killed");
      const { broken } = await runChecks();
      assert.deepEqual(broken, []);
      await eventually(() => assertUnchanged(before), 150_000);
    },
  );

  await step("UDP that is blocked: no transport answers, nothing comes back", async () => {
    await filtered(`udp dport ${WIREGUARD_NODE_PORT} drop`, async () => {
      const found = await runChecks();
      assert.deepEqual(found.broken, ["transport", "latency"]);
      assert.ok(found.of("transport").every(({ remedy }) => remedy?.includes("allow UDP 31820")));
      assertSkipped(found, measurements, "Latency");
    });
    await eventually(async () => assert.deepEqual((await runChecks()).broken, []), 60_000);
  });

  await step("a path that drops large datagrams: the size that passes", async () => {
    await filtered(`udp dport ${WIREGUARD_NODE_PORT} meta length > 1360 drop`, async () => {
      const { broken, of } = await runChecks();
      assert.ok(broken.includes("mtu"), JSON.stringify(of("mtu")));
      const { bytes } = of("mtu")[0]!.measured as { bytes: number };
      // IP, UDP and WireGuard's own header and tag make 60 bytes; WireGuard pads to 16.
      assert.ok(bytes > 1280 && bytes <= 1300, `${bytes}`);
    });
  });

  await step("the cluster's resolver is gone: its fault", async () => {
    await without("kube-system", "deployment/coredns", async () => {
      const { broken, of } = await runChecks();
      assert.deepEqual(broken, ["dns"]);
      assert.match(of("dns")[0]!.message, /resolver 10\.\S+ does not accept connections/);
    });
  });

  await step("the operator is gone: all that needs none is measured", async () => {
    await without("gefyra", "deployment/gefyra-operator", async () => {
      const found = await runChecks();
      assert.deepEqual(found.broken, ["operator"]);
      assert.match(found.of("operator")[0]!.remedy!, /kubectl scale deployment\/gefyra-operator/);
      assertSkipped(found, ["transport", "round-trip"], "Operator");
      for (const check of ["latency", "mtu", "bandwidth"]) {
        assert.equal(found.of(check)[0]!.verdict, "ok", check);
      }
    });
  });

  await step("Stowaway is gone", async () => {
    await without("gefyra", "statefulset/gefyra-stowaway", async () => {
      const found = await runChecks();
      assert.equal(found.broken[0], "stowaway");
      assertSkipped(found, ["transport", "latency", ...measurements], "Stowaway");
    });
    await eventually(async () => assert.deepEqual((await runChecks()).broken, []), 60_000);
  });

  await step("leftovers come with the command that removes them", async () => {
    const bridge = {
      apiVersion: "gefyra.dev/v1alpha1",
      kind: "GefyraBridge",
      metadata: { name: "lost" },
      spec: {
        owner: { user: (await (await kube.cluster()).user()).name },
        client: "gone",
        target: { kind: "Deployment", name: "none" },
        ports: [{ remote: 80, local: 80, protocol: "TCP" }],
        destination: { name: APP, address: "198.18.1.10" },
      },
    };
    await apply("gefyra", [bridge]);
    const labels = [`${CONNECTION_LABEL}=${ORPHAN}`, `${ROLE_LABEL}=app`].flatMap((
      label,
    ) => ["--label", label]);
    await docker(["create", "--name", ORPHAN, ...labels, "tools:latest"]);
    try {
      const { broken, of } = await runChecks();
      assert.deepEqual(broken, []);
      const remedies = of("leftovers").map(({ remedy }) => remedy);
      assert.ok(remedies.includes("kubectl delete gefyrabridge lost --namespace gefyra"), remedies.join());
      assert.ok(remedies.includes(`gefyra down --connection ${ORPHAN}`), remedies.join());
      await kubectl("delete", "gefyrabridge", "lost", "--namespace", "gefyra");
      await gefyra("down", "--connection", ORPHAN);
      assert.equal(await docker(["ps", "--all", "--quiet", "--filter", `name=${ORPHAN}`]), "");
    } finally {
      await docker(["rm", "--force", ORPHAN]);
      await kubectl("delete", "gefyrabridge", "lost", "--namespace", "gefyra", "--ignore-not-found");
    }
  });
});

/** Kills a doctor in the middle of its measurements; whether it was. */
async function tryGefyraKilled(): Promise<boolean> {
  const child = startGefyra(["doctor"]);
  await child.said("Latency");
  child.kill("SIGKILL");
  return (await child.output).code !== 0;
}
