import assert from "node:assert/strict";
import { manifests } from "../config/manifests.ts";
import { defaultImages } from "../images.ts";
import { refOf } from "../api/objects.ts";
import { collectionPath, objectPath } from "./paths.ts";

Deno.test("a collection's path names group, namespace and plural", () => {
  const table: [string, string, string | undefined, string][] = [
    ["v1", "Pod", undefined, "/api/v1/pods"],
    ["v1", "Pod", "shop", "/api/v1/namespaces/shop/pods"],
    ["apps/v1", "Deployment", "shop", "/apis/apps/v1/namespaces/shop/deployments"],
    ["gefyra.dev/v1alpha1", "GefyraBridge", undefined, "/apis/gefyra.dev/v1alpha1/gefyrabridges"],
  ];
  for (const [apiVersion, kind, namespace, path] of table) {
    assert.equal(collectionPath({ apiVersion, kind, namespace }), path);
  }
});

Deno.test("an object's path ends in its name, or in its subresource", () => {
  const ref = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "web" };
  assert.equal(objectPath(ref), "/api/v1/namespaces/shop/pods/web");
  assert.equal(objectPath(ref, "status"), "/api/v1/namespaces/shop/pods/web/status");
  assert.equal(objectPath({ apiVersion: "v1", kind: "Namespace", name: "shop" }), "/api/v1/namespaces/shop");
});

Deno.test("every kind that is installed has a path", () => {
  for (const object of manifests({ namespace: "gefyra", images: defaultImages })) {
    assert.match(objectPath(refOf(object)), new RegExp(`/[a-z]+/${object.metadata?.name}$`));
  }
});

Deno.test("an unknown kind is a mistake in the program", () => {
  assert.throws(() => collectionPath({ apiVersion: "v1", kind: "Sofa" }), TypeError);
});
