import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { RELAY_TOKEN_RENEWAL_S } from "../../lib/names.ts";
import { objectCache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import { relayReconciler, untilLost } from "./relay-tokens.ts";

const now = Date.parse("2030-01-01T00:00:30Z");
const ending = (deletionTimestamp: string) => ({ metadata: { deletionTimestamp } as never });

Deno.test("a pod that is not being deleted is not lost", () => {
  assert.equal(untilLost({ metadata: {} }, now), undefined);
});

Deno.test("a pod that is being deleted has its grace period, which its deletion timestamp includes, and 15 s more", () => {
  assert.equal(untilLost(ending("2030-01-01T00:00:35Z"), now), 20_000);
  assert.equal(untilLost(ending("2030-01-01T00:00:20Z"), now), 5_000);
});

Deno.test("a pod that is still there after that is on a lost node", () => {
  assert.equal(untilLost(ending("2030-01-01T00:00:15Z"), now), 0);
  assert.equal(untilLost(ending("2030-01-01T00:00:00Z"), now), 0);
});

/** One pass; the seconds after which the relay's key is due again, what was done, and the error. */
async function pass(pods: V1Pod[], exitCode = 0) {
  const stowaways = objectCache<V1Pod>(), events: string[] = [];
  pods.forEach(stowaways.put);
  const cluster = {
    token: () => Promise.resolve("t"),
    exec: ({ pod }: { pod: string }) => {
      events.push(`token to ${pod}`);
      return Promise.resolve({ exitCode, stdout: "", stderr: "no" });
    },
    remove: ({ name }: { name: string }) => Promise.resolve(void events.push(`delete ${name}`)),
  } as unknown as Cluster;
  const context = { cluster, cache: { stowaways }, namespace: "gefyra", log: () => {} } as unknown as Context;
  const { requeueAt, error } = await relayReconciler(context)();
  const seconds = requeueAt && Math.round((requeueAt - Date.now()) / 1000);
  return { seconds, events, error: (error as Error | undefined)?.message };
}

const running: V1Pod = {
  metadata: { name: "new" },
  status: {
    containerStatuses: [{
      ...{ name: "relay", image: "", imageID: "", ready: true, restartCount: 0, containerID: "r1" },
      state: { running: {} },
    }],
  },
};
const old = (seconds: number): V1Pod => ({
  metadata: { name: "old", deletionTimestamp: new Date(Date.now() + seconds * 1000) },
});

Deno.test("the relay's key is due when its token is old, or before, when a pod on a lost node may be deleted", async () => {
  const token = "token to new", error = "Cannot pass the token to the relay: no";
  const table: [string, V1Pod[], number, Awaited<ReturnType<typeof pass>>][] = [
    ["no pod", [], 0, { seconds: undefined, events: [], error: undefined }],
    ["a relay runs", [running], 0, { seconds: RELAY_TOKEN_RENEWAL_S, events: [token], error: undefined }],
    ["another pod ends", [old(5), running], 0, { seconds: 20, events: [token], error: undefined }],
    ["nothing else runs", [old(5)], 0, { seconds: 20, events: [], error: undefined }],
    ["the relay refuses meanwhile", [old(5), running], 1, { seconds: 20, events: [token], error }],
    ["the pod is lost", [old(-15)], 0, { seconds: undefined, events: ["delete old"], error: undefined }],
  ];
  for (const [name, pods, exitCode, expected] of table) {
    assert.deepEqual(await pass(pods, exitCode), expected, name);
  }
});
