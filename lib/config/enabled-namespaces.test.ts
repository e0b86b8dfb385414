import assert from "node:assert/strict";
import type { V1Deployment } from "@kubernetes/client-node";
import { enabledNamespaces, namespacesIn } from "./enabled-namespaces.ts";
import { operator } from "./workloads.ts";

Deno.test("the operator's Deployment says where bridges are allowed", () => {
  for (const namespaces of [undefined, ["a"], ["a", "b"]]) {
    const options = { namespace: "gefyra", images: { registry: "gefyra", tag: "1" }, namespaces };
    assert.deepEqual(enabledNamespaces(operator(options) as V1Deployment), namespaces);
  }
  assert.deepEqual(namespacesIn(() => ""), []);
});
