import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { GefyraError } from "../../lib/errors.ts";
import { FINALIZER, RESTORE_TIMEOUT_MS } from "../../lib/names.ts";
import type { GefyraBridge, InterceptedPod } from "../../lib/api/bridge.ts";
import type { ModeName } from "../../lib/api/modes.ts";
import { startAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { restoreBridge } from "./restore.ts";
import { objectCache } from "../runtime/cache.ts";

const CARRIER = "gefyra/carrier:1";

const record = (name: string, mode: ModeName): InterceptedPod => ({
  ...{ name, uid: `uid-${name}`, mode, container: "web", ports: [], state: "Active" },
  ...{ originalImage: "nginx:1", carrierContainer: `${name}-carrier` },
});

/** A pod as it is while it is bridged. */
const pod = (name: string): V1Pod => ({
  metadata: { name, namespace: "shop", uid: `uid-${name}` },
  spec: {
    containers: [{ name: "web", image: CARRIER }],
    ephemeralContainers: [{ name: "gefyra-carrier", image: CARRIER }],
  },
  status: {
    phase: "Running",
    ephemeralContainerStatuses: [{
      ...{ name: "gefyra-carrier", image: CARRIER, imageID: "", ready: false, restartCount: 0 },
      ...{ containerID: `${crypto.randomUUID()}`, state: { running: {} } },
    }],
  },
});

interface Fields {
  records: InterceptedPod[];
  /** How long ago the bridge was deleted. */
  /** Unix milliseconds. */
  now?: number;
  finalizers?: string[];
  exec?: () => Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

/** One look at a deleted bridge. */
async function restore({ records, now = 0, finalizers = [FINALIZER], exec }: Fields) {
  const bridge: GefyraBridge = {
    metadata: {
      ...{ name: "b", namespace: "shop", uid: "b", resourceVersion: "1", finalizers },
      deletionTimestamp: new Date(0),
    },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports: [],
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: { pods: records },
  };
  const bridges = objectCache<GefyraBridge>();
  bridges.put(bridge);
  const events: string[] = [], logs: string[] = [], later: string[] = [];
  const cluster = {
    get: ({ name }: { name: string }) => Promise.resolve(pod(name)),
    patch: (ref: { kind: string; name: string }, body: Partial<GefyraBridge>) => {
      if (ref.kind === "Pod") events.push(`image of ${ref.name}`);
      else if (body.status) events.push(body.status.phase ?? "");
      else events.push(`finalizers: ${body.metadata?.finalizers}`);
      return Promise.resolve({ ...bridge, ...body, metadata: { ...bridge.metadata, ...body.metadata } });
    },
    exec: ({ pod }: { pod: string }) => {
      events.push(`apply in ${pod}`);
      return exec?.() ?? Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
    },
  } as unknown as Cluster;
  const context = {
    cluster,
    cache: {
      bridges,
      stowaways: objectCache<V1Pod>(),
      pods: objectCache<V1Pod>(),
      watch: () => Promise.resolve(),
    },
    queue: { addLater: (key: string) => void later.push(key) },
    attempts: startAttempts(),
    carrierImage: CARRIER,
    log: (text: string) => void logs.push(text),
  } as unknown as Context;
  await restoreBridge(context, bridge, now);
  return { events, later, logs };
}

Deno.test("pods with Carrier beside are released at once, and the bridge goes", async () => {
  const { events, later } = await restore({ records: [record("a", "beside"), record("b", "beside")] });
  assert.deepEqual(events, ["Restoring", "apply in a", "apply in b", "finalizers: "]);
  assert.deepEqual(later, []);
});

Deno.test("of replaced containers one comes back after the other, and the bridge waits", async () => {
  const { events, later } = await restore({ records: [record("a", "replace"), record("b", "replace")] });
  assert.deepEqual(events, ["Restoring", "image of a"]);
  assert.deepEqual(later, ["bridge/shop/b"]);
});

Deno.test("an original that does not come back keeps neither the others nor the bridge for ever", async () => {
  const records = [record("slow", "replace"), record("slower", "replace")];
  const look = (now: number) => restore({ records, now });
  assert.deepEqual((await look(0)).events, ["Restoring", "image of slow"]);
  const second = await look(RESTORE_TIMEOUT_MS);
  assert.deepEqual(second.events, ["Restoring", "image of slow", "image of slower"]);
  assert.deepEqual(second.later, ["bridge/shop/b"]);
  assert.deepEqual((await look(2 * RESTORE_TIMEOUT_MS)).events.at(-1), "finalizers: ");
});

Deno.test("a Carrier that cannot be reached keeps neither the others nor the bridge for ever", async () => {
  const records = [record("lost", "beside"), record("gone", "beside")];
  const exec = () => Promise.reject(new GefyraError("exec-failed", 'Cannot reach node "worker"'));
  const waits = await restore({ records, exec });
  assert.deepEqual(waits.events, ["Restoring", "apply in lost", "apply in gone"]);
  assert.deepEqual(waits.later, ["bridge/shop/b"]);
  assert.ok(waits.logs.some((line) => line.includes('pod shop/lost: Cannot reach node "worker"')));
  const ends = await restore({ records, exec, now: RESTORE_TIMEOUT_MS });
  assert.equal(ends.events.at(-1), "finalizers: ");
});

Deno.test("a bridge that the operator has let go is not touched again, and other finalizers stay", async () => {
  assert.deepEqual((await restore({ records: [], finalizers: ["other"] })).events, []);
  assert.deepEqual((await restore({ records: [], finalizers: ["other", FINALIZER] })).events, [
    "Restoring",
    "finalizers: other",
  ]);
});
