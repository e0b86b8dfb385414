/** A developer with exactly the rights that are printed, on an administrator's installation. */
import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { docker, eventually } from "../../docker.ts";
import { NAMESPACE } from "../../../lib/names.ts";
import { asAccount, canI } from "../harness/access.ts";
import { gefyra, gefyraWith, tryGefyra } from "../harness/gefyra.ts";
import { keysMade } from "../harness/install.ts";
import { APP, CONNECTION, CONTROL_PLANE, lab } from "../harness/names.ts";
import { apply, type Json, kubectl, tryKubectl } from "../harness/kube.ts";
import { assertFails } from "../harness/refusal.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { ordered } from "../harness/steps.ts";
import { bridgeArgs, runArgs, testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const DEVELOPER = "gefyra-developer", CLUSTER = `${DEVELOPER}-cluster`;
const RBAC = "rbac.authorization.k8s.io";

async function printedRoles(): Promise<Json[]> {
  const { stdout } = await gefyra("install", "--print-rbac", "developer");
  const args = ["exec", "--interactive", CONTROL_PLANE, "kubectl", "apply", "--filename", "-"];
  await docker(args, new TextEncoder().encode(stdout));
  return parseAllDocuments(stdout).map((document) => document.toJS());
}

const bind = (kind: string, namespace: string, account: string, roleKind: string, role = DEVELOPER) => ({
  apiVersion: `${RBAC}/v1`,
  kind,
  metadata: { name: `${role}-${account}`, ...(kind === "RoleBinding" ? { namespace } : {}) },
  roleRef: { apiGroup: RBAC, kind: roleKind, name: role },
  subjects: [{ kind: "ServiceAccount", name: account, namespace }],
});

Deno.test("a developer with exactly the printed rights", async (t) => {
  await using place = await testEnv("rights");
  await using elsewhere = await testEnv("rights-b");
  const step = ordered(t);
  const { namespace } = place, other = elsewhere.namespace, dev = "developer", few = "few-rights";
  await place.apply([tools(), ...workload("web")]);
  for (const account of [dev, few]) {
    await kubectl("create", "serviceaccount", account, "--namespace", namespace);
  }
  const answer = await place.ask("http://web");
  const before = await snapshot();
  let file = "";
  const asDeveloper = (...args: string[]) => gefyraWith({ KUBECONFIG: file }, ...args);
  const bound: Json[] = [];
  const grant = async (...bindings: Json[]) => {
    bound.push(...bindings);
    for (const one of bindings) await apply(undefined, [one]);
  };
  try {
    await gefyra("install", "--namespaces", namespace);
    await keysMade(lab);
    const roles = await printedRoles();
    await grant(
      { ...bind("RoleBinding", NAMESPACE, dev, "Role"), subjects: account(dev, namespace) },
      bind("RoleBinding", namespace, dev, "ClusterRole"),
    );
    const installed = await snapshot();
    file = await asAccount("developer", dev, namespace);

    await step("nothing of others can be read, and nothing else be changed", async () => {
      const table: [string[], "yes" | "no"][] = [
        [["create", "gefyraclients.gefyra.dev", "-n", NAMESPACE], "yes"],
        [["list", "gefyraclients.gefyra.dev", "-n", NAMESPACE], "no"],
        [["get", "secrets/gefyra-stowaway-key", "-n", NAMESPACE], "no"],
        [["create", "pods", "--subresource", "exec", "-n", NAMESPACE], "no"],
        [["create", "pods", "--subresource", "portforward", "-n", NAMESPACE], "no"],
        [["create", "gefyrabridges.gefyra.dev", "-n", namespace], "yes"],
        [["create", "gefyrabridges.gefyra.dev", "-n", NAMESPACE], "no"],
        [["create", "gefyrabridges.gefyra.dev", "-n", other], "no"],
        [["patch", "gefyrabridges.gefyra.dev", "-n", namespace], "no"],
        [["create", "pods", "--subresource", "exec", "-n", namespace], "no"],
        [["patch", "pods", "-n", namespace], "no"],
        [["list", "nodes"], "no"],
      ];
      for (const [question, expected] of table) {
        assert.equal(await canI({ namespace, name: dev }, question), expected, question.join(" "));
      }
    });

    await step("up without the right to list nodes goes over the API server", async () => {
      await asDeveloper("up");
      assert.match((await asDeveloper("status")).stdout, /^Endpoint: .*API server/m);
      await asDeveloper("down");
      await assertUnchanged(installed);
    });

    await step("the tour", async () => {
      const wide = bind("ClusterRoleBinding", namespace, dev, "ClusterRole", CLUSTER);
      await grant({ ...wide, subjects: account(dev, namespace) });
      const { stdout } = await asDeveloper("up");
      assert.match(stdout, /^Connected/);
      assert.match((await asDeveloper("up")).stdout, /^Already connected/);
      await place.write(APP, "local");
      await asDeveloper(...runArgs(place, APP));
      const bridge = bridgeArgs(namespace, APP, "web");
      assert.match((await asDeveloper(...bridge, "--dry-run")).stdout, /all there/);
      await asDeveloper(...bridge);
      assert.equal(await place.ask("http://web"), "local");
    });

    await step("list shows the own bridges, and says what it could not see", async () => {
      const { stdout, stderr } = await asDeveloper("list", "--bridges");
      assert.match(stdout, new RegExp(`web +${namespace} .*Active`));
      assert.match(stderr, /only those in .* are listed; needs "list gefyrabridges.gefyra.dev" cluster-wide/);
      const one = await asDeveloper("list", "--bridges", "--namespace", namespace);
      assert.deepEqual([one.stdout, one.stderr], [stdout, ""]);
      const all = /list the bridges of all namespaces: needs "list gefyrabridges.gefyra.dev" cluster-wide/;
      await assertFails(["list", "-A"], "forbidden", all);
      await assertFails(
        ["list", "--bridges", "-n", other],
        "forbidden",
        new RegExp(`needs "list gefyrabridges.gefyra.dev" in namespace "${other}"`),
      );
    });

    await step("status and doctor: everything is known, or named", async () => {
      const { stdout } = await asDeveloper("status");
      for (
        const line of ["Connected: +yes", "Operator: +running", "Stowaway: +running", "Bridges: +web: Active"]
      ) {
        assert.match(stdout, new RegExp(`^${line}`, "m"));
      }
      const doctor = await asDeveloper("doctor");
      assert.match(doctor.stdout, /Nothing is broken/);
      assert.match(doctor.stdout, new RegExp(`✓ Rights +to bridge in namespace "${namespace}"`));
      assert.match(doctor.stdout, /– Bandwidth +.*needs "create pods\/exec" in namespace "gefyra"/);
    });

    await step("a bridge elsewhere is refused, with what an administrator can do", async () => {
      await assertFails(
        bridgeArgs(other, APP, "web"),
        "refused",
        new RegExp(`bridges are not enabled there[^]*gefyra install --namespaces ${namespace},${other}`),
      );
    });

    await step("unbridge restores, and down leaves no trace", async () => {
      await asDeveloper("unbridge", "-N", "web");
      await eventually(async () => assert.equal(await place.ask("http://web"), answer));
      // So does down.
      await asDeveloper(...bridgeArgs(namespace, APP, "web"));
      const { stderr } = await asDeveloper("down");
      assert.match(stderr, /the installation is permanent and stays/);
      await eventually(async () => assert.equal(await place.ask("http://web"), answer));
      await kubectl("delete", "clusterrolebinding", `${CLUSTER}-${dev}`);
      await assertUnchanged(installed);
    });

    await step("options that only an installation of one's own can have are refused", async () => {
      const options = ["--registry", "elsewhere", "--service-type", "LoadBalancer"];
      const { code, stderr } = await tryGefyra(["up", ...options], { KUBECONFIG: file });
      assert.match(
        stderr,
        /by --registry and --tag \(it runs .*\), --service-type.*: an administrator installed it/,
      );
      assert.equal(code, 6);
      await assertUnchanged(installed);
    });

    await step("a right that is missing is named: verb, resource and namespace", async () => {
      await asDeveloper("up");
      await place.write(APP, "local");
      await asDeveloper(...runArgs(place, APP));
      // The same connection as somebody else.
      await asAccount("developer", few, namespace);
      const [home, bridging] = roles as [Json, Json];
      const without = (role: Json, verb: string, resource: string) => ({
        ...role,
        metadata: { ...role.metadata, name: few },
        rules: role.rules.map((rule: Json) =>
          rule.resources.includes(resource)
            ? { ...rule, verbs: rule.verbs.filter((one: string) => one !== verb) }
            : rule
        ).filter(({ verbs }: Json) => verbs.length),
      });
      await grant(
        { ...bind("RoleBinding", NAMESPACE, few, "Role", few), subjects: account(few, namespace) },
        bind("RoleBinding", namespace, few, "ClusterRole", few),
      );
      const bridge = bridgeArgs(namespace, APP, "web");
      const table: [Json, string, string, string[], "forbidden", RegExp][] = [
        [bridging, "delete", "gefyrabridges", bridge, "forbidden", /"delete gefyrabridges.gefyra.dev"/],
        [bridging, "get", "deployments", bridge, "forbidden", /"get deployments.apps"/],
        [bridging, "list", "pods", bridge, "forbidden", /"list pods"/],
        [
          bridging,
          "list",
          "gefyrabridges",
          ["unbridge", "--all", "-n", namespace],
          "forbidden",
          /"list gefyrabridges/,
        ],
      ];
      for (const [role, verb, resource, args, exit, right] of table) {
        await apply(undefined, [without(home, "", ""), without(role, verb, resource)]);
        const says = new RegExp(
          `^Error: Cannot .*: needs ${right.source}.* in namespace "${namespace}"$`,
          "m",
        );
        await eventually(() => assertFails(args, exit, says), 10_000);
      }
      await apply(undefined, [without(home, "get", "deployments"), without(bridging, "", "")]);
      await eventually(async () => {
        const { stdout } = await tryGefyra(["status"]);
        assert.match(stdout, /^Operator: +unknown: needs "get deployments.apps" in namespace "gefyra"$/m);
      });
      await asAccount("developer", dev, namespace);
      await asDeveloper("down");
    });
  } finally {
    await tryGefyra(["down"]);
    for (const { kind, metadata } of bound) {
      await tryKubectl(
        "delete",
        kind,
        metadata.name,
        ...(metadata.namespace ? ["-n", metadata.namespace] : []),
        "--ignore-not-found",
      );
    }
    await tryKubectl("delete", "clusterrole", DEVELOPER, CLUSTER, few, "--ignore-not-found");
    await gefyra("uninstall", "--force");
  }
  await assertUnchanged(before);
});

Deno.test("a developer on an installation that somebody's up made", async (t) => {
  await using place = await testEnv("rights-up");
  const step = ordered(t);
  const { namespace } = place, dev = "developer", other = `${CONNECTION}-b`;
  await kubectl("create", "serviceaccount", dev, "--namespace", namespace);
  const before = await snapshot();
  const bindings = [
    { ...bind("RoleBinding", NAMESPACE, dev, "Role"), subjects: account(dev, namespace) },
    bind("RoleBinding", namespace, dev, "ClusterRole"),
  ];
  try {
    await step("up uses it, and needs no right to install", async () => {
      await gefyra("up");
      await printedRoles();
      for (const one of bindings) await apply(undefined, [one]);
      const file = await asAccount("developer", dev, namespace);
      const up = await tryGefyra(["up", "--connection", other], { KUBECONFIG: file });
      assert.equal(up.code, 0, up.stderr);
      assert.match(up.stdout, /^Connected/);
    });

    await step("down of the last user removes it: the operator does what the user may not", async () => {
      const { stderr: first } = await gefyra("down");
      assert.match(first, /1 other connections stay/);
      const { stderr: last } = await gefyra("down", "--connection", other);
      assert.match(last, /operator removes the installation after its last client/);
      await kubectl("delete", "rolebinding", bindings[1]!.metadata.name, "--namespace", namespace);
      await kubectl("delete", "clusterrole", DEVELOPER, CLUSTER);
      await assertUnchanged(before);
    });
  } finally {
    await tryGefyra(["down", "--connection", other]);
    await tryKubectl("delete", "clusterrole", DEVELOPER, CLUSTER, "--ignore-not-found");
    await gefyra("uninstall", "--force");
  }
});

const account = (name: string, namespace: string) => [{ kind: "ServiceAccount", name, namespace }];
