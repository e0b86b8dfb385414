import assert from "node:assert/strict";
import type { V1ClusterRole, V1PolicyRule } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { accessesOf, developerRights, type Right } from "../config/developer-rights.ts";
import { manifests } from "../config/manifests.ts";
import { missingOf } from "../kube/rights.ts";
import type { Access } from "../api/access.ts";
import type { Cluster } from "../kube/cluster.ts";
import { defaultImages } from "../images.ts";
import { administratorRole, developerRoles } from "./print-rbac.ts";
import { rightsToWrite } from "./write-rights.ts";

const parsed = (text: string) =>
  parseAllDocuments(text).map((document) => document.toJS() as V1ClusterRole & { rules: V1PolicyRule[] });
const bare = (rights: Right[]) => rights.map(({ reason: _, optional: __, ...rule }) => rule);

Deno.test("a developer's roles are the table, each rule with its reason", () => {
  const text = developerRoles("bridges");
  const { connecting, bridging, clusterWide } = developerRights();
  assert.deepEqual(
    parsed(text).map(({ kind, metadata, rules }) => [kind, metadata?.namespace, metadata?.name, rules]),
    [
      ["Role", "bridges", "gefyra-developer", bare(connecting)],
      ["ClusterRole", undefined, "gefyra-developer", bare(bridging)],
      ["ClusterRole", undefined, "gefyra-developer-cluster", bare(clusterWide)],
    ],
  );
  for (const { reason } of [...connecting, ...bridging, ...clusterWide]) {
    assert.ok(text.includes(reason), reason);
  }
});

Deno.test("an administrator's role is enough for what install writes", async () => {
  const [role] = parsed(administratorRole("bridges"));
  const rules = role!.rules as Parameters<typeof accessesOf>[0];
  const held = accessesOf(rules).map(({ verb, group, resource }) => `${verb} ${resource}.${group}`);
  const cluster = {
    allowed: ({ verb, group, resource }: Access) =>
      Promise.resolve(held.includes(`${verb} ${resource}.${group}`)),
  } as Cluster;
  const objects = manifests({ namespace: "bridges", images: defaultImages, namespaces: ["shop"] });
  assert.deepEqual(await missingOf(cluster, rightsToWrite(objects, [])), []);
  for (const rule of rules) assert.ok(!JSON.stringify(rule).includes("*"));
});
