import assert from "node:assert/strict";
import { targetKinds } from "../api/kinds.ts";
import { accessesOf, developerRights, toBridge, toConnect } from "./developer-rights.ts";

const { connecting, bridging, clusterWide } = developerRights();
const all = [...connecting, ...bridging, ...clusterWide];

const text = ({ verb, group, resource, subresource, name }: ReturnType<typeof accessesOf>[number]) =>
  [verb, subresource ? `${resource}/${subresource}` : resource, group, name].filter(Boolean).join(" ");

Deno.test("every right of a developer has a reason, and none a wildcard", () => {
  for (const { reason, ...right } of all) {
    assert.ok(reason.length > 10, JSON.stringify(right));
    assert.ok(!JSON.stringify(right).includes("*"), JSON.stringify(right));
  }
});

Deno.test("a developer reads no secret, runs nothing in a pod, and changes nothing but the own objects", () => {
  const changing = accessesOf(all).filter(({ verb }) => !["get", "list"].includes(verb)).map(text);
  assert.deepEqual(changing, [
    "create gefyraclients gefyra.dev",
    "patch gefyraclients gefyra.dev",
    "delete gefyraclients gefyra.dev",
    "create serviceaccounts/token gefyra-relay",
    "create gefyrabridges gefyra.dev",
    "delete gefyrabridges gefyra.dev",
  ]);
  const resources = accessesOf(all).map(({ resource, subresource }) => subresource ?? resource);
  for (const one of ["secrets", "configmaps", "exec", "log", "portforward"]) {
    assert.ok(!resources.includes(one), one);
  }
});

Deno.test("a developer cannot list the clients of others", () => {
  const verbs = accessesOf(all).filter(({ resource }) => resource === "gefyraclients").map(({ verb }) =>
    verb
  );
  assert.deepEqual(verbs, ["create", "get", "patch", "delete"]);
});

Deno.test("to connect, the rights in Gefyra's namespace that up cannot do without", () => {
  assert.deepEqual(toConnect("gefyra").map(text), [
    "create gefyraclients gefyra.dev",
    "get gefyraclients gefyra.dev",
    "patch gefyraclients gefyra.dev",
    "delete gefyraclients gefyra.dev",
    "get deployments apps gefyra-operator",
    "get services gefyra-stowaway",
  ]);
  assert.ok(toConnect("gefyra").every(({ namespace }) => namespace === "gefyra"));
});

Deno.test("to bridge, the rights that bridge and unbridge need, of the targets only that of the kind", () => {
  const bridges = ["create", "get", "list", "delete"].map((verb) => `${verb} gefyrabridges gefyra.dev`);
  const table: Record<string, string[]> = {
    Deployment: ["get deployments apps", "list pods"],
    Service: ["get services", "list pods"],
    Pod: ["get pods", "list pods"],
  };
  for (const [kind, expected] of Object.entries(table)) {
    assert.deepEqual(toBridge("shop", kind).map(text), [...bridges, ...expected], kind);
  }
  for (const kind of targetKinds) assert.equal(toBridge("shop", kind).length, 6, kind);
});
