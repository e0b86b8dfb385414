import assert from "node:assert/strict";
import type {
  V1Deployment,
  V1PolicyRule,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { clusterLabels, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import { belongings, manifests } from "./manifests.ts";

const images = { registry: "my.registry/team", tag: "9.9" };
const objects = manifests({ namespace: "bridges", images });
const ofKind = <T>(kind: string) => objects.filter((object) => object.kind === kind) as T[];
const workloads = [...ofKind<V1StatefulSet>("StatefulSet"), ...ofKind<V1Deployment>("Deployment")];
const pods = workloads.map(({ spec }) => spec!.template.spec!);
const containers = pods.flatMap((pod) => pod.containers);

Deno.test("nothing is privileged: NET_ADMIN for Stowaway at most", () => {
  for (const pod of pods) {
    assert.deepEqual([pod.hostNetwork, pod.hostPID, pod.hostIPC, pod.volumes], [
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  }
  const rights = containers.map(({ name, securityContext }) => [
    name,
    securityContext?.privileged ?? false,
    securityContext?.capabilities?.add ?? [],
  ]);
  assert.deepEqual(rights, [
    ["stowaway", false, ["NET_ADMIN"]],
    ["relay", false, []],
    ["operator", false, []],
  ]);
});

Deno.test("the operator and the relay are as restricted as a container can be", () => {
  const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
  };
  const contextOf = (name: string) => containers.find((one) => one.name === name)?.securityContext;
  assert.deepEqual(contextOf("operator"), restricted);
  assert.deepEqual(contextOf("relay"), { ...restricted, runAsUser: 65532, runAsGroup: 65532 });
});

Deno.test("the relay's token opens one port of one pod, which keeps its name", () => {
  const role = ofKind<{ metadata: { name: string }; rules: V1PolicyRule[] }>("Role")
    .find(({ metadata }) => metadata.name === "gefyra-relay");
  assert.deepEqual(role?.rules, [{
    apiGroups: [""],
    resources: ["pods/portforward"],
    verbs: ["get", "create"],
    resourceNames: ["gefyra-stowaway-0"],
  }]);
  assert.equal(ofKind<V1StatefulSet>("StatefulSet")[0]?.metadata?.name, "gefyra-stowaway");
});

Deno.test("no secret is in an environment variable, nor anywhere else", () => {
  assert.deepEqual(containers.flatMap(({ env = [] }) => env.map(({ name }) => name)), [
    "GEFYRA_NAMESPACE",
    "GEFYRA_CARRIER_IMAGE",
    "DENO_V8_FLAGS",
  ]);
  assert.deepEqual(containers.flatMap(({ envFrom = [] }) => envFrom), []);
  // The operator writes into it what only it may read.
  const [secret] = ofKind<V1Secret>("Secret");
  assert.deepEqual([secret?.data, secret?.stringData], [undefined, undefined]);
});

Deno.test("Stowaway has no token of the cluster", () => {
  assert.deepEqual(pods.map(({ automountServiceAccountToken }) => automountServiceAccountToken), [
    false,
    undefined,
  ]);
});

Deno.test("every object has the owner's labels, pods too", () => {
  const templates = workloads.map(({ spec }) => spec!.template);
  for (const { metadata } of [...objects, ...templates]) {
    for (const [key, value] of Object.entries(clusterLabels)) {
      assert.equal(metadata?.labels?.[key], value, `${metadata?.name} ${key}`);
    }
  }
});

Deno.test("objects are created in order: namespace, definitions, rights, workloads", () => {
  const kinds = objects.map(({ kind }) => kind);
  const order = [
    "Namespace",
    "CustomResourceDefinition",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Secret",
    "NetworkPolicy",
    "Service",
    "StatefulSet",
    "Deployment",
  ];
  assert.deepEqual([...new Set(kinds)], order);
  const rights = kinds.slice(0, kinds.indexOf("Service"));
  assert.ok(!rights.includes("Deployment") && !rights.includes("StatefulSet"));
});

Deno.test("no object is listed twice, and all are in Gefyra's namespace or in none", () => {
  const ids = objects.map(({ kind, metadata }) => `${kind}/${metadata?.name}`);
  assert.equal(new Set(ids).size, ids.length);
  const namespaces = new Set(objects.map(({ metadata }) => metadata?.namespace));
  assert.deepEqual(namespaces, new Set([undefined, "bridges"]));
});

Deno.test("two installations share no rights", () => {
  const names = (namespace: string) =>
    manifests({ namespace, images }).filter(({ kind }) => kind?.startsWith("ClusterRole")).map((
      { metadata },
    ) => metadata?.name);
  assert.deepEqual(names("a").filter((name) => names("b").includes(name)), []);
});

Deno.test("an administrator's installation is marked permanent, and its operator may remove nothing", () => {
  const marks = objects.flatMap(({ kind, metadata }) => {
    const mark = metadata?.annotations?.[WITH_CLIENTS_ANNOTATION];
    return mark === undefined ? [] : [[kind, mark]];
  });
  assert.deepEqual(marks, [["ClusterRole", "false"], ["Deployment", "false"]]);
  assert.deepEqual(rightsTo("delete", objects), [
    "gefyrabridges",
    "gefyrabridges",
    "gefyraclients",
    "pods gefyra-stowaway-0",
  ]);
});

/** What the operator may do so with, as `resources names`. */
function rightsTo(verb: string, installed: typeof objects): string[] {
  const roles = installed.filter(({ kind }) => kind === "ClusterRole" || kind === "Role") as unknown as {
    rules: V1PolicyRule[];
  }[];
  return roles.flatMap(({ rules }) => rules).filter(({ verbs }) => verbs.includes(verb))
    .map(({ resources = [], resourceNames = [] }) => [...resources, ...resourceNames].join(" "));
}

Deno.test("the operator may delete its namespace only if Gefyra created it", () => {
  const home = (removes: "namespace" | "objects") =>
    rightsTo("delete", manifests({ namespace: "bridges", images, removes })).filter((right) =>
      right.startsWith("namespaces")
    );
  assert.deepEqual([home("namespace"), home("objects")], [["namespaces bridges"], []]);
});

Deno.test("the operator may change the owner of every object of an installation, by name", () => {
  const rights = rightsTo("patch", manifests({ namespace: "bridges", images, removes: "objects" }));
  const plurals: Record<string, string> = {
    ClusterRoleBinding: "clusterrolebindings",
    ServiceAccount: "serviceaccounts",
    Role: "roles",
    RoleBinding: "rolebindings",
    Service: "services",
    StatefulSet: "statefulsets",
    Deployment: "deployments",
    Secret: "secrets",
    ValidatingAdmissionPolicy: "validatingadmissionpolicies",
    ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
  };
  for (const { kind, metadata } of belongings("bridges")) {
    const plural = plurals[kind!];
    if (!plural) continue;
    const words = rights.map((right) => right.split(" "));
    assert.ok(
      words.some((right) => right.includes(plural) && right.includes(metadata!.name!)),
      `${kind} ${metadata?.name}`,
    );
  }
});

Deno.test("the operator has one secret only, and creates none", () => {
  const reading = rulesOf("Role", objects).filter(({ resources }) => resources?.includes("secrets"));
  assert.deepEqual(reading.map(({ verbs, resourceNames }) => [verbs, resourceNames]), [
    [["get", "patch"], ["gefyra-stowaway-key"]],
  ]);
});

/** All rules of a kind of role. */
function rulesOf(kind: string, installed: typeof objects): V1PolicyRule[] {
  const roles = installed.filter((object) => object.kind === kind) as unknown as { rules: V1PolicyRule[] }[];
  return roles.flatMap(({ rules }) => rules);
}

Deno.test("with namespaces, the operator is bound in these only, and may do nothing cluster-wide", () => {
  const limited = manifests({ namespace: "bridges", images, namespaces: ["a", "b"] });
  const bindings = limited.filter(({ kind }) => kind?.endsWith("RoleBinding")) as unknown as V1RoleBinding[];
  assert.deepEqual(
    bindings.map(({ kind, metadata, roleRef }) => [kind, metadata?.namespace, roleRef.kind]),
    [
      ["RoleBinding", "a", "ClusterRole"],
      ["RoleBinding", "b", "ClusterRole"],
      ["RoleBinding", "bridges", "Role"],
      ["RoleBinding", "bridges", "Role"],
    ],
  );
  const inRoles = rulesOf("ClusterRole", limited).flatMap(({ resources = [] }) => resources);
  assert.ok(!inRoles.includes("clusterroles") && !inRoles.includes("gefyraclients"));
});

Deno.test("in its own namespace, the operator runs commands in Stowaway's pod only", () => {
  const exec = rulesOf("Role", objects).filter(({ resources }) => resources?.includes("pods/exec"));
  assert.deepEqual(exec.map(({ resourceNames }) => resourceNames), [["gefyra-stowaway-0"]]);
  const changing = rulesOf("Role", objects).filter(({ resources, verbs }) =>
    resources?.some((one) => one.startsWith("pods")) && verbs.includes("patch")
  );
  assert.deepEqual(changing, []);
});

Deno.test("no rule has a wildcard", () => {
  for (const removes of ["namespace", undefined] as const) {
    const installed = manifests({ namespace: "bridges", images, removes });
    for (const rule of [...rulesOf("Role", installed), ...rulesOf("ClusterRole", installed)]) {
      assert.ok(!JSON.stringify(rule).includes("*"), JSON.stringify(rule));
    }
  }
});

Deno.test("every container has requests and limits, each of which can be replaced", () => {
  for (const { name, resources } of containers) {
    for (const kind of ["requests", "limits"] as const) {
      assert.deepEqual(Object.keys(resources?.[kind] ?? {}), ["cpu", "memory"], `${name} ${kind}`);
    }
  }
  const larger = manifests({
    namespace: "bridges",
    images,
    operator: { resources: { limits: { memory: "1Gi" } }, nodeSelector: { pool: "infra" } },
    stowaway: { tolerations: [{ key: "infra", operator: "Exists" }] },
    imagePullSecrets: ["regcred"],
  }) as unknown as (V1Deployment | V1StatefulSet)[];
  const podOf = (kind: string) => larger.find((object) => object.kind === kind)!.spec!.template.spec!;
  const operator = podOf("Deployment"), stowaway = podOf("StatefulSet");
  assert.deepEqual(operator.containers[0]?.resources?.limits, { cpu: "1", memory: "1Gi" });
  assert.deepEqual([operator.nodeSelector, stowaway.nodeSelector], [{ pool: "infra" }, undefined]);
  assert.deepEqual(stowaway.tolerations?.map(({ key }) => key), [
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "infra",
  ]);
  for (const pod of [operator, stowaway]) assert.deepEqual(pod.imagePullSecrets, [{ name: "regcred" }]);
});

Deno.test("images come from the requested registry", () => {
  assert.deepEqual(containers.map(({ image }) => image), [
    "my.registry/team/stowaway:9.9",
    "my.registry/team/stowaway:9.9",
    "my.registry/team/operator:9.9",
  ]);
  const carrier = containers.flatMap(({ env = [] }) => env).find(({ name }) =>
    name === "GEFYRA_CARRIER_IMAGE"
  );
  assert.equal(carrier?.value, "my.registry/team/carrier:9.9");
});

Deno.test("Stowaway is reached by UDP on a port of every node", () => {
  const [service] = ofKind<V1Service>("Service");
  assert.equal(service?.spec?.type, "NodePort");
  const [port] = service?.spec?.ports ?? [];
  assert.deepEqual([port?.protocol, port?.nodePort, port?.targetPort], ["UDP", 31820, 51820]);
  const template = ofKind<V1StatefulSet>("StatefulSet")[0]?.spec?.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(service?.spec?.selector ?? {})) {
    assert.equal(template[key], value);
  }
});

Deno.test("the operator may delete what belongs to Gefyra only, and read no secret outside", () => {
  const [role] = manifests({ namespace: "bridges", images, removes: "namespace" })
    .filter(({ kind }) => kind === "ClusterRole") as unknown as { rules: V1PolicyRule[] }[];
  for (const { apiGroups, resources, resourceNames, verbs } of role?.rules ?? []) {
    assert.ok(!verbs.includes("*") && !resources?.includes("*") && !apiGroups?.includes("*"));
    assert.ok(!resources?.includes("secrets"));
    const others = !apiGroups?.includes("gefyra.dev");
    if (others && verbs.includes("delete")) assert.ok(resourceNames?.length, `${resources}`);
  }
});
