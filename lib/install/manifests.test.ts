import assert from "node:assert/strict";
import type { V1Deployment, V1PolicyRule, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { clusterLabels, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import { manifests } from "./manifests.ts";

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

Deno.test("every object carries the owner's labels, pods too", () => {
  const templates = workloads.map(({ spec }) => spec!.template);
  for (const { metadata } of [...objects, ...templates]) {
    for (const [key, value] of Object.entries(clusterLabels)) {
      assert.equal(metadata?.labels?.[key], value, `${metadata?.name} ${key}`);
    }
  }
});

Deno.test("what others need comes first: namespace, definitions, rights, workloads", () => {
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

Deno.test("no object is there twice, and all lie in gefyra's namespace or in none", () => {
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

Deno.test("the namespace says that it goes with the last client", () => {
  assert.equal(objects[0]?.metadata?.annotations?.[WITH_CLIENTS_ANNOTATION], "true");
});

Deno.test("images come from where they are asked to come from", () => {
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
  const [role] = ofKind<{ rules: V1PolicyRule[] }>("ClusterRole");
  for (const { apiGroups, resources, resourceNames, verbs } of role?.rules ?? []) {
    assert.ok(!verbs.includes("*") && !resources?.includes("*") && !apiGroups?.includes("*"));
    assert.ok(!resources?.includes("secrets"));
    const others = !apiGroups?.includes("gefyra.dev");
    if (others && verbs.includes("delete")) assert.ok(resourceNames?.length, `${resources}`);
  }
});
