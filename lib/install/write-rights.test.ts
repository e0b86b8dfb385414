import assert from "node:assert/strict";
import { defaultImages } from "../images.ts";
import { manifests } from "../config/manifests.ts";
import { rightText } from "../kube/rights.ts";
import { essential, rightsToWrite } from "./write-rights.ts";

const objects = manifests({ namespace: "gefyra", images: defaultImages });

Deno.test("an empty cluster: to create and apply each kind; what exists is only applied", () => {
  const all = rightsToWrite(objects, []).map(rightText);
  assert.equal(new Set(all).size, all.length);
  for (const verb of ["create", "patch"]) {
    assert.ok(all.includes(`"${verb} deployments.apps" in namespace "gefyra"`), verb);
    assert.ok(all.includes(`"${verb} clusterroles.rbac.authorization.k8s.io" cluster-wide`), verb);
  }
  assert.ok(
    all.includes('"create namespaces" cluster-wide') && !all.includes('"patch namespaces" cluster-wide'),
  );
  const again = rightsToWrite(objects.filter(({ kind }) => kind !== "Namespace"), objects);
  assert.ok(again.length > 0 && again.every(({ verb }) => verb === "patch"));
});

Deno.test("of a kind that may not be created, only that is named", () => {
  const create = { verb: "create", group: "", resource: "services", namespace: "a" };
  const patch = { ...create, verb: "patch" }, other = { ...patch, namespace: "b" };
  assert.deepEqual(essential([create, patch, other]), [create, other]);
});
