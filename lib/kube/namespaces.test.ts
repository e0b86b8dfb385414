import assert from "node:assert/strict";
import { GefyraError } from "../errors.ts";
import type { Cluster } from "./cluster.ts";
import { requireNamespace } from "./namespaces.ts";

const clusterThat = (get: () => Promise<unknown>) => ({ get }) as unknown as Cluster;
const clusterWith = (found: unknown) => clusterThat(() => Promise.resolve(found));
const failing = (exit: "forbidden" | "unreachable") => new GefyraError(exit, exit, { exit });

Deno.test("an existing namespace returns its labels", async () => {
  const labels = { team: "shop" };
  assert.deepEqual(
    await requireNamespace(clusterWith({ metadata: { labels } }), "shop"),
    labels,
  );
  assert.deepEqual(await requireNamespace(clusterWith({ metadata: {} }), "shop"), {});
});

Deno.test("a missing namespace is named", async () => {
  await assert.rejects(requireNamespace(clusterWith(undefined), "nope"), {
    id: "namespace-missing",
    message: 'Cannot use namespace "nope": it does not exist',
  });
});

Deno.test("a user who may not read namespaces may still work in one; other errors stay", async () => {
  const forbidden = clusterThat(() => Promise.reject(failing("forbidden")));
  assert.equal(await requireNamespace(forbidden, "shop"), undefined);
  const silent = clusterThat(() => Promise.reject(failing("unreachable")));
  await assert.rejects(requireNamespace(silent, "shop"), { id: "unreachable" });
});
