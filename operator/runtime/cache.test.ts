import assert from "node:assert/strict";
import type { KubernetesObject } from "../../lib/api/objects.ts";
import { objectCache, watchedNamespaces } from "./cache.ts";

const object = (name: string, version: string, more: object = {}): KubernetesObject => ({
  metadata: { name, namespace: "shop", uid: "1", resourceVersion: version, ...more },
});

Deno.test("objects are found by namespace and name", () => {
  const known = objectCache();
  const a = object("a", "1"), b = object("a", "2", { namespace: "other" });
  known.put(a);
  known.put(b);
  assert.equal(known.get("shop", "a"), a);
  assert.equal(known.get("other", "a"), b);
  assert.equal(known.get("shop", "b"), undefined);
  assert.deepEqual(known.all(), [a, b]);
});

Deno.test("an older version does not overwrite the one just written", () => {
  const known = objectCache();
  const written = object("a", "10");
  known.put(written);
  known.put(object("a", "9"));
  assert.equal(known.get("shop", "a"), written);
  const newer = object("a", "11");
  known.put(newer);
  assert.equal(known.get("shop", "a"), newer);
});

Deno.test("the next object of a name counts, and what is told late of the one before changes nothing", () => {
  const known = objectCache();
  known.put(object("a", "10"));
  const successor = object("a", "12", { uid: "2" });
  known.put(successor);
  assert.equal(known.get("shop", "a"), successor);
  known.put(object("a", "11"));
  known.remove(object("a", "11"));
  assert.equal(known.get("shop", "a"), successor);
  assert.deepEqual([known.size(), known.gone()], [1, 1]);
});

Deno.test("a removed object is gone", () => {
  const known = objectCache();
  known.put(object("a", "1"));
  known.remove(object("a", "2"));
  assert.equal(known.get("shop", "a"), undefined);
  assert.deepEqual(known.all(), []);
});

Deno.test("with namespaces, only these and Gefyra's own are watched", () => {
  const namespace = "gefyra";
  assert.deepEqual(watchedNamespaces({ namespace }), { clients: undefined, bridges: [undefined] });
  assert.deepEqual(watchedNamespaces({ namespace, namespaces: ["a", "gefyra"] }), {
    clients: "gefyra",
    bridges: ["gefyra", "a"],
  });
});
