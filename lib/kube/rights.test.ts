import assert from "node:assert/strict";
import { GefyraError } from "../errors.ts";
import type { Access } from "../api/access.ts";
import type { Cluster } from "./cluster.ts";
import { deniedRight, missingOf, needsText, unlessForbidden } from "./rights.ts";

const pods = { verb: "list", group: "", resource: "pods", namespace: "shop" };
const exec = { verb: "create", group: "", resource: "pods", subresource: "exec", namespace: "shop" };
const nodes = { verb: "list", group: "", resource: "nodes" };
const bridges = { verb: "get", group: "gefyra.dev", resource: "gefyrabridges", namespace: "shop" };

Deno.test("missing rights are named as RBAC has them, each once", () => {
  assert.equal(
    needsText([pods, exec, nodes, bridges, pods]),
    'needs "list pods" in namespace "shop", "create pods/exec" in namespace "shop", "list nodes" cluster-wide, ' +
      '"get gefyrabridges.gefyra.dev" in namespace "shop"',
  );
});

Deno.test("the API server's refusal names the right", () => {
  const who = 'pods is forbidden: User "system:serviceaccount:a:b" cannot';
  const table: [string, Access | undefined][] = [
    [`${who} list resource "pods" in API group "" in the namespace "shop"`, pods],
    [`${who} create resource "pods/exec" in API group "" in the namespace "shop"`, exec],
    [`${who} list resource "nodes" in API group "" at the cluster scope`, nodes],
    [
      `${who} get resource "gefyrabridges" in API group "gefyra.dev" in the namespace "shop": RBAC: x`,
      bridges,
    ],
    ['pods "web" is forbidden: violates PodSecurity "baseline:latest"', undefined],
    ["Unauthorized", undefined],
  ];
  for (const [message, expected] of table) assert.deepEqual(deniedRight(message), expected, message);
});

Deno.test("all rights are asked for, and those that are missing returned", async () => {
  const cluster = { allowed: ({ verb }: Access) => Promise.resolve(verb === "list") } as Cluster;
  assert.deepEqual(await missingOf(cluster, [pods, exec, nodes]), [exec]);
});

Deno.test("only a missing right has a substitute", async () => {
  const failing = (exit: "forbidden" | "unreachable") => Promise.reject(new GefyraError("x", "no", { exit }));
  assert.deepEqual(await unlessForbidden(Promise.resolve([1]), []), [1]);
  assert.deepEqual(await unlessForbidden(failing("forbidden"), []), []);
  await assert.rejects(unlessForbidden(failing("unreachable"), []));
});
