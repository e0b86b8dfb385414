import assert from "node:assert/strict";
import type { V1Deployment, V1PolicyRule, V1Service, V1StatefulSet } from "@kubernetes/client-node";
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
  ]);
  assert.deepEqual(containers.flatMap(({ envFrom = [] }) => envFrom), []);
  assert.deepEqual(ofKind("Secret"), []);
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
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
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
  assert.deepEqual(marks, [["ClusterRole", "false"]]);
  assert.deepEqual(rightsTo("delete", objects), [
    "gefyraclients gefyrabridges",
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

Deno.test("the operator reads one secret only", () => {
  const rules = (ofKind("Role") as { rules: V1PolicyRule[] }[]).flatMap(({ rules }) => rules);
  const reading = rules.filter(({ resources, verbs }) =>
    resources?.includes("secrets") && !verbs.includes("create")
  );
  assert.deepEqual(reading.map(({ verbs, resourceNames }) => [verbs, resourceNames]), [
    [["get"], ["gefyra-stowaway-key"]],
  ]);
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
