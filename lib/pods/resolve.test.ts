import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { KubernetesObject, ObjectRef } from "../api/objects.ts";
import type { Cluster, Selection } from "../kube/cluster.ts";
import { findTarget, podsOf, resolveTarget } from "./resolve.ts";

const namespace = "shop";
const labels = { app: "web" };
const template = { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } };
const selector = { matchLabels: labels };

/** An object with a controller. */
function object(kind: string, name: string, more: object = {}, owner?: string): KubernetesObject {
  const ownerReferences = owner
    ? [{ apiVersion: "", kind: "", name: "", uid: `uid-${owner}`, controller: true }]
    : [];
  return { kind, metadata: { name, namespace, uid: `uid-${name}`, labels, ownerReferences }, ...more };
}

function pod(name: string, owner?: string, more: Partial<V1Pod> = {}): V1Pod {
  return { ...object("Pod", name, { spec: { containers: [{ name, image: "" }] } }, owner), ...more };
}

const pods = [
  pod("old-1", "web-old"),
  pod("new-1", "web-new"),
  pod("stranger", "other-rs"),
  pod("bare"),
  pod("db-0", "db"),
  pod("ended", "web-new", { status: { phase: "Succeeded" } }),
];
const world: KubernetesObject[] = [
  object("Deployment", "web", { spec: { selector, template } }),
  object("ReplicaSet", "web-old", { spec: { selector, template } }, "web"),
  object("ReplicaSet", "web-new", { spec: { selector, template } }, "web"),
  object("ReplicaSet", "other-rs", { spec: { selector, template } }, "other"),
  object("StatefulSet", "db", { spec: { selector, template } }),
  object("DaemonSet", "idle", { spec: { selector, template } }),
  object("Service", "web", { spec: { selector: labels, ports: [{ port: 80 }] } }),
  object("Service", "none", { spec: { selector: { app: "nothing" }, ports: [{ port: 80 }] } }),
  object("Service", "manual", { spec: { ports: [{ port: 80 }] } }),
  object("Service", "outside", {
    spec: { type: "ExternalName", externalName: "db.example.org", selector: labels },
  }),
  ...pods,
];
const cluster = {
  get: (ref: ObjectRef) =>
    Promise.resolve(world.find(({ kind, metadata }) => kind === ref.kind && metadata?.name === ref.name)),
  list: ({ kind, labels: text }: Selection) =>
    Promise.resolve(world.filter((one) => one.kind === kind && text === "app=web")),
} as unknown as Cluster;
const resolve = (kind: string, name: string) => resolveTarget(cluster, namespace, { kind, name });

Deno.test("pods belong to a target by their owner, not by their labels alone", async () => {
  const table: [string, string, string[]][] = [
    ["Deployment", "web", ["new-1", "old-1"]],
    ["ReplicaSet", "web-new", ["new-1"]],
    ["StatefulSet", "db", ["db-0"]],
    ["DaemonSet", "idle", []],
    ["Pod", "bare", ["bare"]],
    ["Pod", "new-1", ["new-1"]],
    ["Service", "web", ["bare", "db-0", "new-1", "old-1", "stranger"]],
    ["Service", "none", []],
    ["Deployment", "missing", []],
  ];
  for (const [kind, name, expected] of table) {
    const target = await resolve(kind, name);
    assert.deepEqual(podsOf(target, namespace, pods).map(({ metadata }) => metadata?.name), expected, name);
    assert.deepEqual(podsOf(target, "elsewhere", pods), []);
    assert.equal(target.found, name !== "missing");
  }
});

Deno.test("a pod that is being deleted does not belong to the target, a new one of the same name does", async () => {
  const target = await resolve("Pod", "bare");
  const back = pod("bare");
  back.metadata!.uid = "another";
  assert.equal(podsOf(target, namespace, [back]).length, 1);
  back.metadata!.deletionTimestamp = new Date();
  assert.equal(podsOf(target, namespace, [back]).length, 0);
});

Deno.test("the pods' spec is the template's, the pod's own, or that of the Service's first pod", async () => {
  const table: [string, string, string | undefined][] = [
    ["Deployment", "web", "web"],
    ["DaemonSet", "idle", "web"],
    ["Pod", "bare", "bare"],
    ["Service", "web", "bare"],
    ["Service", "none", undefined],
    ["Deployment", "missing", undefined],
  ];
  for (const [kind, name, container] of table) {
    const { podSpec } = await findTarget(cluster, namespace, { kind, name });
    assert.equal(podSpec?.containers[0]?.name, container, `${kind} ${name}`);
  }
});

Deno.test("only a template has the image of a new pod", async () => {
  const image = async (kind: string, name: string) => (await resolve(kind, name)).templateImage("web");
  assert.deepEqual(
    await Promise.all([image("Deployment", "web"), image("Pod", "bare"), image("Service", "web")]),
    [
      "web:1",
      undefined,
      undefined,
    ],
  );
});

Deno.test("a target that can never be bridged has a reason", async () => {
  const table: [string, RegExp][] = [
    ["manual", /no selector/],
    ["outside", /an alias for "db\.example\.org" \(ExternalName\)/],
  ];
  for (const [name, says] of table) {
    const target = await resolve("Service", name);
    assert.match(target.reasons.join(), says);
    assert.deepEqual(podsOf(target, namespace, pods), []);
  }
  const mirror = pod("etcd");
  mirror.metadata!.annotations = { "kubernetes.io/config.mirror": "1" };
  world.push(mirror);
  assert.match((await resolve("Pod", "etcd")).reasons.join(), /static pod/);
});
