/** An administrator installs, changes and removes Gefyra; with namespaces, its operator may do nothing outside of them. */
import assert from "node:assert/strict";
import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import { NAMESPACE, OPERATOR, STOWAWAY } from "../../../lib/names.ts";
import { eventually } from "../../docker.ts";
import { canI } from "../harness/access.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { keysMade } from "../harness/install.ts";
import { APP, lab } from "../harness/names.ts";
import { get, kubectl, kubectlJson, tryKubectl } from "../harness/kube.ts";
import { assertFails } from "../harness/refusal.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered, report } from "../harness/steps.ts";
import { bridgeArgs, testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

Deno.test("an administrator installs, changes and removes Gefyra", async (t) => {
  await using place = await testEnv("install");
  await using elsewhere = await testEnv("install-b");
  const step = ordered(t);
  const { namespace } = place, other = elsewhere.namespace;
  await place.apply([tools(), ...workload("web")]);
  await elsewhere.apply([tools(), ...workload("web")]);
  const answer = await place.ask("http://web");
  const before = await snapshot();
  await using _undo = {
    [Symbol.asyncDispose]: async () => void await tryGefyra(["uninstall", "--force"]),
  };
  const operator = () => get("Deployment", OPERATOR, NAMESPACE) as Promise<V1Deployment>;

  await step("install, and again: nothing is changed", async () => {
    assert.match((await gefyra("install")).stdout, /^Gefyra is installed in namespace "gefyra"/);
    await keysMade(lab);
    const installed = await snapshot();
    assert.match((await gefyra("install")).stdout, /Nothing was changed/);
    await assertUnchanged(installed);
    await gefyra("up");
    await gefyra("down");
    await assertUnchanged(installed);
  });

  await step("values, each problem of which is named", async () => {
    const values = `${place.folder}/values.yaml`;
    await Deno.writeTextFile(
      values,
      "operator: { resources: { limits: { memroy: 1Gi } } }\nservice: { type: Magic }\n",
    );
    await assertFails(
      ["install", "--values", values],
      "usage",
      /service.type must be one of .*; operator.resources.limits.memroy is unknown/,
    );
    await Deno.writeTextFile(
      values,
      `operator: { resources: { limits: { memory: 300Mi } } }
stowaway: { nodeSelector: { kubernetes.io/os: linux }, tolerations: [{ key: infra, operator: Exists }] }
namespaces: [${namespace}]
`,
    );
    await gefyra("install", "--values", values);
    const { spec } = await operator();
    assert.equal(spec?.template.spec?.containers[0]?.resources?.limits?.memory, "300Mi");
    const stowaway = await get("StatefulSet", STOWAWAY, NAMESPACE) as V1StatefulSet;
    const pod = stowaway.spec?.template.spec;
    assert.deepEqual(pod?.nodeSelector, { "kubernetes.io/os": "linux" });
    assert.deepEqual(pod?.tolerations?.at(-1), { key: "infra", operator: "Exists" });
  });

  await step("with namespaces, the operator may act in these only", async () => {
    const table: [string[], "yes" | "no"][] = [
      [["create", "pods", "--subresource", "exec", "-n", namespace], "yes"],
      [["patch", "pods", "-n", namespace], "yes"],
      [["patch", "pods", "--subresource", "ephemeralcontainers", "-n", namespace], "yes"],
      [["get", `namespaces/${namespace}`, "-n", namespace], "yes"],
      [["create", "pods", "--subresource", "exec", "-n", other], "no"],
      [["patch", "pods", "-n", other], "no"],
      [["get", "pods", "-n", other], "no"],
      [["list", "gefyrabridges.gefyra.dev", "-n", other], "no"],
      [["create", "pods", "--subresource", "exec", "--all-namespaces"], "no"],
      [["list", "pods", "--all-namespaces"], "no"],
      [["patch", "pods", "-n", NAMESPACE], "no"],
      [["create", "pods/gefyra-stowaway-0", "--subresource", "exec", "-n", NAMESPACE], "yes"],
      [["create", "pods/another", "--subresource", "exec", "-n", NAMESPACE], "no"],
      [["get", "secrets/gefyra-stowaway-key", "-n", NAMESPACE], "yes"],
      [["get", "secrets/another", "-n", NAMESPACE], "no"],
      [["create", "secrets", "-n", NAMESPACE], "no"],
      [["list", "secrets", "-n", NAMESPACE], "no"],
      [["get", "clusterroles"], "no"],
      [["delete", `namespaces/${NAMESPACE}`], "no"],
    ];
    for (const [question, expected] of table) {
      const answer = await canI({ namespace: NAMESPACE, name: OPERATOR }, question);
      assert.equal(answer, expected, question.join(" "));
    }
  });

  await step("a bridge works in an enabled namespace, and is refused in another one", async () => {
    await gefyra("up");
    await place.run(APP, "local");
    await place.bridge(APP, "web");
    assert.equal(await place.ask("http://web"), "local");
    await assertFails(bridgeArgs(other, APP, "web"), "refused", /bridges are not enabled there, only in/);
    await gefyra("unbridge", "--all");
  });

  await step("a namespace is added by another install, and cannot be taken away from a bridge", async () => {
    await gefyra("install", "--namespaces", `${namespace},${other}`);
    await elsewhere.bridge(APP, "web");
    assert.equal(await elsewhere.ask("http://web"), "local");
    await assertFails(
      ["install", "--namespaces", namespace],
      "conflict",
      new RegExp(`there are others: ${other}/web`),
    );
    await gefyra("unbridge", "--all");
    await gefyra("install", "--namespaces", namespace);
    const { items } = await kubectlJson("get", "rolebindings", "--namespace", other);
    assert.deepEqual(items, []);
  });

  await step("an enabled namespace that is gone does not stop the others", async () => {
    await kubectl("create", "namespace", "e2e-install-gone");
    await gefyra("install", "--namespaces", `${namespace},e2e-install-gone`);
    await kubectl("delete", "namespace", "e2e-install-gone");
    await kubectl("rollout", "restart", "--namespace", NAMESPACE, `deployment/${OPERATOR}`);
    await kubectl(
      "rollout",
      "status",
      "--namespace",
      NAMESPACE,
      "--timeout",
      "60s",
      `deployment/${OPERATOR}`,
    );
    await place.bridge(APP, "web");
    assert.equal(await place.ask("http://web"), "local");
    await assertFails(
      ["install", "--namespaces", "e2e-install-gone"],
      "notFound",
      /namespace "e2e-install-gone": it does not exist/,
    );
  });

  await step("uninstall is refused while somebody is connected; --force restores first", async () => {
    await assertFails(
      ["uninstall"],
      "conflict",
      new RegExp(`1 client and 1 bridge \\(${namespace}/web\\) use it`),
    );
    assert.equal(await place.ask("http://web"), "local");
    report((await memory()).join(", "));
    assert.match((await gefyra("uninstall", "--force")).stdout, /^Gefyra is removed from namespace "gefyra"/);
    assert.equal(await place.ask("http://web"), answer);
    await gefyra("down");
    await eventually(() => assertUnchanged(before));
    assert.match((await gefyra("uninstall")).stdout, /is not installed/);
  });

  await step("what up made becomes an administrator's, and goes with uninstall", async () => {
    await gefyra("up");
    await gefyra("install");
    await gefyra("down");
    await operator();
    await gefyra("uninstall");
    await assertUnchanged(before);
  });

  await step("a namespace that was there before stays as it was", async () => {
    await gefyra("install", "--namespace", namespace);
    await gefyra("up", "--namespace", namespace);
    await gefyra("down");
    await gefyra("uninstall", "--namespace", namespace);
    await assertUnchanged(before);
  });
});

/** What Gefyra's containers use and may use. */
async function memory(): Promise<string[]> {
  const parts = [[`deployment/${OPERATOR}`, "operator"], ["pod/gefyra-stowaway-0", "stowaway"], [
    "pod/gefyra-stowaway-0",
    "relay",
  ]];
  return await Promise.all(parts.map(async ([pod, container]) => {
    const files =
      "cat /sys/fs/cgroup/memory/memory.usage_in_bytes /sys/fs/cgroup/memory.current 2>/dev/null; grep VmRSS /proc/1/status";
    const { stdout } = await tryKubectl(
      "exec",
      "-n",
      NAMESPACE,
      pod!,
      "-c",
      container!,
      "--",
      "sh",
      "-c",
      files,
    );
    return `${container}: ${stdout.trim().replaceAll(/\s+/g, " ")}`;
  }));
}
