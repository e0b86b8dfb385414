import assert from "node:assert/strict";
import { GefyraError } from "../../lib/errors.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../../lib/names.ts";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import type { ModeName } from "../../lib/api/modes.ts";
import { bridgeOf, CARRIER, dueIn, fixture, podOf, recordOf } from "./fixture.ts";
import { restoreBridge } from "./restore.ts";

const record = (name: string, mode: ModeName): InterceptedPod =>
  recordOf(name, { mode, originalImage: "nginx:1", carrierContainer: `${name}-carrier` });

interface Fields {
  finalizers?: string[];
  exec?: () => Promise<number>;
}

/** A deleted bridge; each call makes one pass over it. The operator sees no pods in its cache. */
function deleted(records: InterceptedPod[], { finalizers = [FINALIZER], exec }: Fields = {}) {
  const { context, bridge, events, logs } = fixture({
    bridge: bridgeOf(records, { metadata: { finalizers, deletionTimestamp: new Date(0) } }),
    pods: records.map(({ name }) => podOf(name, { image: CARRIER, carrier: { running: {} } })),
    describe: ({ phase }) => phase ?? "",
    ...(exec ? { exec } : {}),
  });
  context.cache.pods.all().forEach(context.cache.pods.remove);
  const first = bridge();
  return async (now = 0) => {
    const result = await restoreBridge(context, { ...first, status: bridge().status! }, now);
    context.prune();
    return { events: events(), due: dueIn(result), logs };
  };
}

Deno.test("pods with Carrier beside are released at once, and the bridge goes", async () => {
  const { events, due } = await deleted([record("a", "beside"), record("b", "beside")])();
  assert.deepEqual(events, ["Restoring", "apply in a", "apply in b", "finalizers: "]);
  assert.equal(due, undefined);
});

Deno.test("replaced containers are restored one by one, and the bridge waits", async () => {
  const { events, due } = await deleted([record("a", "replace"), record("b", "replace")])();
  assert.deepEqual(events, ["Restoring", "image of a"]);
  assert.ok(due! > 0 && due! <= 1_000, `${due} ms`);
});

Deno.test("an original that does not start again delays neither the others nor the bridge for ever", async () => {
  const pass = deleted([record("slow", "replace"), record("slower", "replace")]);
  assert.deepEqual((await pass()).events, ["Restoring", "image of slow"]);
  const second = await pass(RESTORE_TIMEOUT_MS);
  assert.deepEqual(second.events, ["image of slow", "image of slower"]);
  assert.notEqual(second.due, undefined);
  assert.equal((await pass(2 * RESTORE_TIMEOUT_MS)).events.at(-1), "finalizers: ");
});

Deno.test("a Carrier that cannot be reached delays no other, and keeps its bridge, which says so", async () => {
  let exec = () => Promise.reject<number>(new GefyraError("exec-failed", 'Cannot reach node "worker"'));
  const pass = deleted([record("lost", "beside"), record("gone", "beside")], { exec: () => exec() });
  const waits = await pass();
  assert.deepEqual(waits.events, ["Restoring", "apply in lost", "apply in gone", "Restoring"]);
  assert.notEqual(waits.due, undefined);
  assert.ok(waits.logs.some((line) => line.includes('pod shop/lost: Cannot reach node "worker"')));
  assert.ok(waits.logs.some((line) => line.includes("Restoring (Unreachable)")));
  assert.deepEqual((await pass(RESTORE_TIMEOUT_MS)).events, ["apply in lost", "apply in gone"]);
  exec = () => Promise.resolve(0);
  assert.equal((await pass(2 * RESTORE_TIMEOUT_MS)).events.at(-1), "finalizers: ");
});

Deno.test("a bridge without the operator's finalizer is not touched, and other finalizers stay", async () => {
  assert.deepEqual((await deleted([], { finalizers: ["other"] })()).events, []);
  assert.deepEqual((await deleted([], { finalizers: ["other", FINALIZER] })()).events, [
    "Restoring",
    "finalizers: other",
  ]);
});
