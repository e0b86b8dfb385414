import assert from "node:assert/strict";
import type { KubernetesObject } from "../api/objects.ts";
import { defaultImages } from "../images.ts";
import { clusterLabels, WITH_CLIENTS_ANNOTATION } from "../names.ts";
import { belongings, manifests } from "../config/manifests.ts";
import {
  departing,
  isForeignGuest,
  isOtherInstallation,
  isPermanent,
  planInstall,
  planPermanent,
  removesOf,
} from "./ownership.ts";

const NAMESPACE = "shared";
const wanted = manifests({ namespace: NAMESPACE, images: defaultImages });
const alone = { crowded: false, shared: false };

const marked = (object: KubernetesObject, mark = "true"): KubernetesObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata?.annotations, [WITH_CLIENTS_ANNOTATION]: mark },
  },
});
const foreign = (object: KubernetesObject): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, labels: {} },
});
const kinds = (objects: KubernetesObject[]) => objects.map(({ kind }) => kind);
/** What an `up` has made, and its operator. */
const made = belongings(NAMESPACE).map((object) => marked(object));
const instead = (kind: string, change: (object: KubernetesObject) => KubernetesObject | undefined) =>
  made.flatMap((object) => object.kind === kind ? change(object) ?? [] : object);

Deno.test("in an empty cluster up writes everything, marked for removal with the last client", () => {
  const plan = planInstall(wanted, [], NAMESPACE);
  assert.deepEqual(kinds(plan), kinds(wanted));
  assert.deepEqual(
    new Set(plan.map(({ metadata }) => metadata?.annotations?.[WITH_CLIENTS_ANNOTATION])),
    new Set(["true"]),
  );
});

Deno.test("up never writes to an existing namespace", () => {
  for (const home of [marked(wanted[0]!), foreign(wanted[0]!)]) {
    assert.deepEqual(kinds(planInstall(wanted, [home], NAMESPACE)), kinds(wanted.slice(1)));
  }
});

Deno.test("a second up writes what the first one wrote, marked as it was", () => {
  const plan = planInstall(wanted, made, NAMESPACE);
  assert.deepEqual(plan, planInstall(wanted, [], NAMESPACE).slice(1));
});

Deno.test("up changes nothing of an administrator's installation", () => {
  // What `up --dry-run` prints.
  assert.deepEqual(planInstall(wanted, wanted, NAMESPACE), []);
  // The administrator applies it over that of a user: kubectl leaves the marks that it does not know.
  assert.deepEqual(
    planInstall(wanted, instead("ClusterRole", (role) => marked(role, "false")), NAMESPACE),
    [],
  );
});

Deno.test("up refuses an administrator's installation that lacks something, with the names", () => {
  const few = wanted.filter(({ kind }) => kind !== "Service" && kind !== "StatefulSet");
  assert.throws(() => planInstall(wanted, few, NAMESPACE), {
    id: "installation-incomplete",
    message: /Service "gefyra-stowaway", StatefulSet "gefyra-stowaway" missing/,
  });
});

Deno.test("what an administrator made before stays as it is in an installation of up", () => {
  const definitions = wanted.filter(({ kind }) => kind === "CustomResourceDefinition");
  const plan = planInstall(wanted, definitions, NAMESPACE);
  assert.deepEqual(kinds(plan), kinds(wanted).filter((kind) => kind !== "CustomResourceDefinition"));
});

for (const { kind, metadata } of belongings(NAMESPACE).filter(({ kind }) => kind !== "Namespace")) {
  Deno.test(`up refuses ${kind} ${metadata?.name} that is not Gefyra's`, () => {
    const theirs = {
      apiVersion: "v1",
      kind: kind!,
      metadata: { name: metadata!.name!, labels: { app: "shop" } },
    };
    assert.throws(() => planInstall(wanted, [theirs], NAMESPACE), {
      id: "object-foreign",
      message:
        `Cannot install Gefyra in namespace "shared": ${kind} "${metadata?.name}" exists, and is not Gefyra's`,
    });
  });
}

Deno.test("up names all foreign objects at once", () => {
  assert.throws(() => planInstall(wanted, wanted.map(foreign), NAMESPACE), {
    message:
      /CustomResourceDefinition "gefyraclients.gefyra.dev", .*Deployment "gefyra-operator" exist, and are not/,
  });
});

Deno.test("objects that up created are removed with the last client", () => {
  assert.deepEqual(departing(made, alone).map(({ kind }) => kind), kinds(made));
});

Deno.test("a namespace that existed before stays", () => {
  for (const home of [foreign(made[0]!), marked(foreign(made[0]!), "true"), wanted[0]!]) {
    const going = departing([home, ...made.slice(1)], alone);
    assert.deepEqual(going.map(({ kind }) => kind), kinds(made.slice(1)));
  }
});

Deno.test("a namespace that up created stays if it has foreign objects", () => {
  const going = departing(made, { ...alone, crowded: true });
  assert.deepEqual(going.map(({ kind }) => kind), kinds(made.slice(1)));
});

Deno.test("the definitions stay while another installation needs them", () => {
  const going = departing(made, { ...alone, shared: true });
  assert.deepEqual(
    going.map(({ kind }) => kind),
    kinds(made).filter((kind) => kind !== "CustomResourceDefinition"),
  );
});

Deno.test("nothing of an administrator's installation goes", () => {
  assert.deepEqual(departing(wanted, alone), []);
  // A definition that a user's `up` has put in again is needed.
  const mended = wanted.map((object) => object.kind === "CustomResourceDefinition" ? marked(object) : object);
  assert.deepEqual(departing(mended, alone), []);
  assert.ok(isPermanent(mended));
});

Deno.test("what an administrator made stays, whatever else goes", () => {
  const going = departing(instead("CustomResourceDefinition", (one) => marked(one, "")), alone);
  assert.ok(!going.some(({ kind }) => kind === "CustomResourceDefinition"));
  assert.equal(going.length, made.length - 2);
});

Deno.test("an object of the same name that somebody made meanwhile stays", () => {
  const going = departing(instead("Service", foreign), alone);
  assert.ok(!going.some(({ kind }) => kind === "Service"));
});

Deno.test("a removal that was broken off is completed", () => {
  const left = instead("ClusterRole", () => undefined);
  assert.deepEqual(departing(left, alone).map(({ kind }) => kind), kinds(left));
});

Deno.test("the operator may delete its namespace only where up made it", () => {
  assert.equal(removesOf([]), "namespace");
  assert.equal(removesOf(made), "namespace");
  assert.equal(removesOf([foreign(made[0]!)]), "objects");
  assert.equal(removesOf(wanted), "objects");
});

Deno.test("another installation has an operator in another namespace, which is not about to go", () => {
  const operator = (namespace: string, more: object = {}) => ({
    metadata: { name: "gefyra-operator", namespace, labels: { ...clusterLabels }, ...more },
  });
  const table: [KubernetesObject, boolean][] = [
    [operator("other"), true],
    [operator(NAMESPACE), false],
    [operator("other", { deletionTimestamp: new Date() }), false],
    [operator("other", { ownerReferences: [{ kind: "ClusterRole" }] }), false],
    [operator("other", { labels: {} }), false],
    [operator("other", { name: "gefyra-doctor-1234" }), false],
  ];
  for (const [object, expected] of table) assert.equal(isOtherInstallation(NAMESPACE)(object), expected);
});

Deno.test("somebody else's is what is neither Gefyra's, nor the cluster's own, nor about to go", () => {
  const table: [KubernetesObject, boolean][] = [
    [{ metadata: { name: "shop" } }, true],
    [{ metadata: { name: "shop", labels: { "app.kubernetes.io/name": "gefyra" } } }, true],
    [{ metadata: { name: "gefyra-stowaway-0", labels: { ...clusterLabels } } }, false],
    [{ metadata: { name: "shop", deletionTimestamp: new Date() } }, false],
    [{ metadata: { name: "kube-root-ca.crt" } }, false],
  ];
  for (const [object, expected] of table) assert.equal(isForeignGuest(object), expected);
});

const limited = (...namespaces: string[]) =>
  manifests({ namespace: NAMESPACE, images: defaultImages, namespaces });
const bindingsIn = (objects: { kind?: string | undefined; metadata?: KubernetesObject["metadata"] }[]) =>
  objects.filter(({ kind }) => kind === "RoleBinding").map(({ metadata }) => metadata?.namespace);

Deno.test("install writes everything, without a mark for removal, and leaves a foreign namespace alone", () => {
  const { writes, removes } = planPermanent(wanted, [], NAMESPACE);
  assert.deepEqual([writes, removes], [wanted, []]);
  assert.deepEqual(planPermanent(wanted, [foreign(wanted[0]!)], NAMESPACE).writes, wanted.slice(1));
  assert.deepEqual(planPermanent(wanted, wanted, NAMESPACE).writes, wanted.slice(1));
});

Deno.test("what up made becomes permanent with install, the namespace as well", () => {
  const { writes } = planPermanent(wanted, made, NAMESPACE);
  assert.deepEqual(
    new Set(writes.map(({ metadata }) => metadata?.annotations?.[WITH_CLIENTS_ANNOTATION])),
    new Set(["false"]),
  );
  assert.ok(isPermanent(writes));
});

Deno.test("install with other namespaces removes the bindings of those that are no longer enabled", () => {
  const before = limited("a", "b");
  const { writes, removes } = planPermanent(limited("b", "c"), before, NAMESPACE);
  assert.deepEqual(bindingsIn(writes), ["b", "c", NAMESPACE, NAMESPACE]);
  assert.deepEqual(removes.map(({ kind, namespace }) => [kind, namespace]), [["RoleBinding", "a"]]);
  const all = planPermanent(wanted, before, NAMESPACE);
  assert.deepEqual(all.removes.map(({ namespace }) => namespace), ["a", "b"]);
  const back = planPermanent(before, wanted, NAMESPACE);
  assert.deepEqual(back.removes.map(({ kind }) => kind), ["ClusterRoleBinding"]);
});

Deno.test("install refuses foreign objects as up does", () => {
  const theirs = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "gefyra-stowaway", namespace: NAMESPACE },
  };
  assert.throws(() => planPermanent(wanted, [theirs], NAMESPACE), { id: "object-foreign" });
});

Deno.test("up does not miss the bindings that an administrator made in other namespaces", () => {
  const seen = limited("a").filter(({ metadata }) => metadata?.namespace !== "a");
  assert.deepEqual(planInstall(limited("a"), seen, NAMESPACE), []);
});

Deno.test("uninstall removes an administrator's installation, with its bindings, and nothing foreign", () => {
  const installed = limited("a");
  const all = departing(installed, alone, "all");
  assert.deepEqual(kinds(all), kinds(installed));
  const namespaceStays = departing([foreign(installed[0]!), ...installed.slice(1)], alone, "all");
  assert.deepEqual(kinds(namespaceStays), kinds(installed.slice(1)));
  const crowded = departing(installed, { crowded: true, shared: true }, "all");
  assert.ok(!kinds(crowded).some((kind) => kind === "Namespace" || kind === "CustomResourceDefinition"));
});
