/** Pods as careful people write them, in namespaces that demand it. */
import assert from "node:assert/strict";
import { eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { kubectl, type Manifest } from "../harness/kube.ts";
import { testEnv } from "../harness/test-env.ts";
import { polyglot, polyglotAt, polyglotPorts, runPolyglot } from "../harness/polyglot.ts";
import { askUdp, bytes, http } from "../harness/ask-polyglot.ts";
import { fewAtATime, ordered } from "../harness/steps.ts";
import { tools } from "../harness/workloads.ts";
import { named } from "../harness/names.ts";

const POLYGLOT = ["polyglot", "original"];

/** All that Pod Security "restricted" asks for, and more. */
const careful = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 4242,
    runAsGroup: 4343,
    readOnlyRootFilesystem: true,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
  resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
};

/** By what is special: fields of the container and of the pod. */
const kinds: Record<string, { extra: Record<string, unknown>; pod?: Record<string, unknown> }> = {
  careful: { extra: careful },
  "shell-command": {
    extra: { ...careful, command: ["/bin/sh", "-c", `exec ${POLYGLOT.join(" ")}`], args: [] },
  },
  "env-command": { extra: { ...careful, command: ["/usr/bin/env"], args: POLYGLOT } },
  "shared-processes": { extra: careful, pod: { shareProcessNamespace: true } },
  "fs-group": { extra: careful, pod: { securityContext: { fsGroup: 777, supplementalGroups: [888] } } },
};
const names = Object.keys(kinds);

async function enforce(namespace: string, level: string): Promise<void> {
  const label = `pod-security.kubernetes.io/enforce=${level}`;
  await kubectl("label", "namespace", namespace, "--overwrite", label);
}

Deno.test("pods without rights are bridged in both modes, also where Pod Security is enforced", async (t) => {
  await using place = await testEnv("pods");
  const step = ordered(t);
  const objects: Manifest[] = names.flatMap((name) => polyglot(name, kinds[name]!));
  await enforce(place.namespace, "privileged");
  await Promise.all([place.applyUnasked([tools(), ...objects]), gefyra("up")]);
  await runPolyglot(place, "local");
  const polyglots = await Promise.all(names.map((name) => polyglotAt(place.namespace, name)));
  const bridge = (name: string, ...options: string[]) => {
    const to = ["-n", place.namespace, "--target", `deploy/${name}`, "-I", name, ...polyglotPorts()];
    return ["bridge", "-N", named("local"), ...to, ...options];
  };
  const assertAnswers = async (name: string) => {
    for (const at of polyglots) {
      const found = await Promise.all([
        ...["HTTP/1.1", "gRPC, streaming", "WebSocket"].map((protocol) => http[protocol]!(at, "alice")),
        bytes["lines over TCP"]!(at),
        askUdp(at),
      ]);
      assert.deepEqual([...new Set(found)], [name]);
    }
  };
  await eventually(() => assertAnswers("original"), 30_000);

  await step("beside, where it is admitted", async () => {
    for (const name of names) {
      assert.match((await gefyra(...bridge(name))).stdout, /1 pod, beside, 0 restarts/);
    }
    await assertAnswers("local");
    await gefyra("unbridge", "--all");
    await assertAnswers("original");
  });

  // A pod that Carrier has joined would not be admitted again.
  const inNamespace = ["--namespace", place.namespace];
  await kubectl("rollout", "restart", ...inNamespace, ...names.map((name) => `deployment/${name}`));
  await Promise.all(names.map((name) => kubectl("rollout", "status", ...inNamespace, `deployment/${name}`)));

  for (const level of ["baseline", "restricted"]) {
    await step(`in the original's place, where Pod Security "${level}" is enforced`, async () => {
      await enforce(place.namespace, level);
      // What the test asks with would not be admitted; it is there already.
      await fewAtATime(names, async (name) => {
        assert.match((await gefyra(...bridge(name))).stdout, /1 pod, replace, 1 restart/, name);
      });
      await assertAnswers("local");
      await gefyra("unbridge", "--all");
      await eventually(() => assertAnswers("original"), 60_000);
    });
  }

  await step("beside cannot be forced where it is not admitted, nor what needs the original", async () => {
    const table: [options: string[], says: RegExp][] = [
      [["--keep"], /enforces the Pod Security level "restricted", which forbids NET_ADMIN/],
      [["--match", "header:x-user=alice"], /--match needs mode beside/],
      [["--fallback"], /--fallback needs mode beside/],
    ];
    for (const [options, says] of table) {
      const { code, stderr } = await tryGefyra(bridge("careful", ...options));
      assert.notEqual(code, 0);
      assert.match(stderr, says);
    }
    assert.equal((await gefyra("list", "--bridges")).stdout, "No bridges.");
  });
});
