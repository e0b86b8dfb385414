/** What the cluster does not admit is named: quotas, policies, and clients where nobody looks. */
import assert from "node:assert/strict";
import { exitCodes } from "../../../lib/errors.ts";
import { clientRef } from "../../../lib/api/client.ts";
import { eventually } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP } from "../harness/names.ts";
import { apply, get, type Json, kube, kubectl } from "../harness/kube.ts";
import { bridgeArgs, testEnv } from "../harness/test-env.ts";
import { ordered, soon } from "../harness/steps.ts";
import { service, tools, workload } from "../harness/workloads.ts";
import { TEST_LABEL } from "../harness/suite.ts";

Deno.test("what the cluster does not admit is named at once", async (t) => {
  await using place = await testEnv("admission");
  const step = ordered(t);
  const { namespace } = place;
  const inNamespace = ["--namespace", namespace];
  const status = async (name: string) => (await get("GefyraBridge", name, namespace)).status;

  await step("up names a quota that keeps Gefyra's pods out", async () => {
    const own = `${namespace}-quota`;
    await kubectl("create", "namespace", own);
    await kubectl("label", "namespace", own, `${TEST_LABEL}=admission`);
    // Where not even Stowaway's pod may come, nothing is touched. Where one may, the other is missing.
    const told = [
      ["none", exitCodes.refused, /it does not admit Stowaway's pod: .* exceeded quota: none/],
      ["one", exitCodes.failure, /Cannot create the pods of .* exceeded quota: one/],
    ] as const;
    for (const [pods, [quota, exit, message]] of told.entries()) {
      await kubectl("create", "quota", quota, "--namespace", own, "--hard", `pods=${pods}`);
      await soon(async () => {
        const { code, stderr } = await tryGefyra(["up", "--namespace", own]);
        assert.equal(code, exit, stderr);
        assert.match(stderr, message);
      });
      await kubectl("delete", "quota", quota, "--namespace", own);
    }
    await kubectl("delete", "namespace", own, "--ignore-not-found", "--wait");
  });

  await Promise.all([place.applyUnasked([tools(), ...workload("denied")]), gefyra("up")]);
  await place.run(APP, "local");

  await step("a policy that admits no change of the pod is named at once", async () => {
    const name = `gefyra-${namespace}`;
    const rule = {
      apiGroups: [""],
      apiVersions: ["v1"],
      operations: ["UPDATE"],
      resources: ["pods/ephemeralcontainers"],
    };
    const group = "admissionregistration.k8s.io/v1", metadata = { name };
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
    const policy = [
      {
        ...{ apiVersion: group, kind: "ValidatingAdmissionPolicy", metadata },
        spec: {
          matchConstraints: { namespaceSelector, resourceRules: [rule] },
          validations: [{ expression: "false", message: "nobody joins pods here" }],
        },
      },
      {
        ...{ apiVersion: group, kind: "ValidatingAdmissionPolicyBinding", metadata },
        spec: { policyName: name, validationActions: ["Deny"] },
      },
    ];
    await kube.applyWithKubectl(policy);
    try {
      await eventually(async () => {
        const { code, stderr } = await tryGefyra([...bridgeArgs(namespace, APP, "denied"), "--keep"]);
        if (code === 0) {
          // The API server did not know the policy yet. A pod that Carrier has joined is not changed again.
          await gefyra("unbridge", "-N", "denied");
          await kubectl("delete", "pods", "--selector", "app=denied", ...inNamespace);
          await kubectl("rollout", "status", "deployment/denied", ...inNamespace);
        }
        assert.equal(code, exitCodes.refused, stderr);
        assert.match(stderr, /Cannot bridge "denied": pod denied-.*: .*nobody joins pods here/);
      }, 60_000);
    } finally {
      await kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", name);
    }
  });

  await step("a quota that lets no pod come is named by a bridge that waits for one", async () => {
    await kubectl("create", "quota", "none", ...inNamespace, "--hard", "pods=0");
    await apply(namespace, [...workload("barred"), service("unused")]);
    await eventually(async () => {
      const { status } = await get("Deployment", "barred", namespace);
      assert.ok(status.conditions?.some(({ type }: Json) => type === "ReplicaFailure"));
    });
    const { stdout } = await place.bridge(APP, "barred");
    assert.match(
      stdout,
      /^Bridge barred waits: Deployment "barred" has no pods now: FailedCreate: .*exceeded quota/,
    );
    await kubectl("delete", "quota", "none", ...inNamespace);
    await eventually(async () => assert.equal((await status("barred")).phase, "Active"), 60_000);
    await gefyra("unbridge", "-N", "barred");
    await kubectl(
      "delete",
      "deployment/barred",
      "service/barred",
      "service/unused",
      ...inNamespace,
      "--wait=false",
    );
  });

  await step("a client where nobody looks is told so, and one for ever is not admitted", async () => {
    const { apiVersion, kind } = clientRef(namespace, "");
    const publicKey = "A".repeat(43) + "=";
    const owner = { user: (await (await kube.cluster()).user()).name };
    const client = (name: string, spec: object) => ({
      ...{ apiVersion, kind, metadata: { name }, spec: { owner, ...spec } },
    });
    await apply(namespace, [client("misplaced", { publicKey })]);
    await eventually(async () => {
      const { status } = await get("GefyraClient", "misplaced", namespace);
      assert.equal(status.phase, "Refused");
      assert.match(status.conditions[0].message, /handles clients in namespace "gefyra" only/);
    });
    await kubectl("delete", "gefyraclient", "misplaced", ...inNamespace);
    const forever = client("forever", { publicKey, disconnectTimeout: 604_801 });
    await assert.rejects(apply(namespace, [forever]), /disconnectTimeout.*less than or equal to 604800/);
  });
});
