import assert from "node:assert/strict";
import type { KubernetesObject } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { type Context, setFinalizers, writeStatus } from "./context.ts";
import { objectCache } from "./cache.ts";

type Thing = KubernetesObject & { status?: { phase: string } };
const ref = { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "a" };
const metadata = { namespace: "shop", name: "a", uid: "1", resourceVersion: "1" };

function contextWith(answer: Thing | undefined) {
  const patches: unknown[] = [];
  const patch = (_: unknown, body: unknown) => {
    patches.push(body);
    return Promise.resolve(answer);
  };
  return { patches, context: { cluster: { patch } as Partial<Cluster> as Cluster } as Context };
}

Deno.test("a status is written only if it differs", async () => {
  const { context, patches } = contextWith({ metadata });
  const object: Thing = { metadata, status: { phase: "Ready" } };
  assert.equal(await writeStatus(context, objectCache<Thing>(), ref, object, { phase: "Ready" }), object);
  assert.deepEqual(patches, []);
  await writeStatus(context, objectCache<Thing>(), ref, object, { phase: "Gone" });
  assert.deepEqual(patches, [{ status: { phase: "Gone" } }]);
});

Deno.test("the order of fields, which the API server changes, and absent fields make no difference", async () => {
  type Detailed = KubernetesObject & {
    status?: { phase: string; tunnel?: object; pods?: object[] | undefined };
  };
  const { context, patches } = contextWith({ metadata });
  const object: Detailed = { metadata, status: { phase: "Ready", tunnel: { mtu: 1420, subnet: "a" } } };
  const wanted = { pods: undefined, tunnel: { subnet: "a", mtu: 1420 }, phase: "Ready" };
  assert.equal(await writeStatus(context, objectCache<Detailed>(), ref, object, wanted), object);
  assert.deepEqual(patches, []);
  await writeStatus(context, objectCache<Detailed>(), ref, object, { ...wanted, pods: [{ b: 1 }, { a: 2 }] });
  await writeStatus(context, objectCache<Detailed>(), ref, { metadata }, wanted);
  assert.equal(patches.length, 2);
});

Deno.test("the answer of the API server is in the cache at once", async () => {
  const answer: Thing = { metadata: { ...metadata, resourceVersion: "2" }, status: { phase: "Gone" } };
  const known = objectCache<Thing>();
  assert.equal(
    await writeStatus(contextWith(answer).context, known, ref, { metadata }, { phase: "Gone" }),
    answer,
  );
  assert.equal(known.get("shop", "a"), answer);
});

Deno.test("a status of an object that is gone is not an error", async () => {
  const known = objectCache<Thing>();
  const object: Thing = { metadata };
  assert.equal(
    await writeStatus(contextWith(undefined).context, known, ref, object, { phase: "Gone" }),
    object,
  );
  assert.deepEqual(known.all(), []);
});

Deno.test("an object without its last finalizer leaves the cache, even if its end was seen before", async () => {
  const answer: Thing = { metadata: { ...metadata, deletionTimestamp: new Date() } };
  const known = objectCache<Thing>();
  await setFinalizers(contextWith(answer).context, known, ref, { metadata }, []);
  assert.deepEqual(known.all(), []);
});

Deno.test("an object that still has finalizers, or is not deleted, stays in the cache", async () => {
  for (
    const more of [
      { deletionTimestamp: new Date(), finalizers: ["other"] },
      { finalizers: [] },
    ]
  ) {
    const known = objectCache<Thing>();
    await setFinalizers(
      contextWith({ metadata: { ...metadata, ...more } }).context,
      known,
      ref,
      { metadata },
      more.finalizers,
    );
    assert.equal(known.all().length, 1);
  }
});

Deno.test("finalizers are those of one object, not of whatever has its name", async () => {
  const { context, patches } = contextWith(undefined);
  await setFinalizers(context, objectCache<Thing>(), ref, { metadata }, ["mine"]);
  assert.deepEqual(patches, [{ metadata: { uid: "1", finalizers: ["mine"] } }]);
});
