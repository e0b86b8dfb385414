import assert from "node:assert/strict";
import type { Access, Cluster } from "../kube/cluster.ts";
import { missingRights, rightText } from "./rights.ts";

const may = (allowed: (access: Access) => boolean) =>
  ({ allowed: (access: Access) => Promise.resolve(allowed(access)) }) as Cluster;

Deno.test("a user with all rights misses none", async () => {
  assert.deepEqual(await missingRights(may(() => true), "shop", "Deployment"), []);
});

Deno.test("missing rights are named as in kubectl", async () => {
  const texts = async (kind: string) => (await missingRights(may(() => false), "shop", kind)).map(rightText);
  assert.deepEqual(await texts("StatefulSet"), [
    'create gefyrabridges.gefyra.dev in namespace "shop"',
    'get gefyrabridges.gefyra.dev in namespace "shop"',
    'delete gefyrabridges.gefyra.dev in namespace "shop"',
    'get statefulsets.apps in namespace "shop"',
    'list pods in namespace "shop"',
  ]);
  assert.ok((await texts("Service")).includes('get services in namespace "shop"'));
});
