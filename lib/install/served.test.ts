import assert from "node:assert/strict";
import { defaultImages } from "../images.ts";
import type { Cluster } from "../kube/cluster.ts";
import { policyProblems, servedManifests } from "./served.ts";

const kindsOn = async (serves: boolean) => {
  const cluster = { serves: () => Promise.resolve(serves) } as Partial<Cluster> as Cluster;
  const objects = await servedManifests(cluster, { namespace: "gefyra", images: defaultImages });
  return objects.map(({ kind }) => kind);
};

Deno.test("a cluster without admission policies gets everything else, and a warning", async () => {
  const [all, fewer] = [await kindsOn(true), await kindsOn(false)];
  const policies = all.filter((kind) => kind?.startsWith("ValidatingAdmissionPolicy"));
  assert.equal(policies.length, 4);
  assert.deepEqual(fewer, all.filter((kind) => !policies.includes(kind)));
  assert.deepEqual(policyProblems(true), []);
  assert.match(policyProblems(false)[0]?.message ?? "", /has no ValidatingAdmissionPolicy/);
});
