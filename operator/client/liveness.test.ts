import assert from "node:assert/strict";
import type { GefyraClient } from "../../lib/api/client.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { KEEPALIVE_S } from "../../lib/settings.ts";
import { objectCache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import {
  classify,
  lastSeen,
  livenessReconciler,
  prune,
  type Received,
  recordReceived,
  untilNextCheck,
} from "./liveness.ts";

Deno.test("a client has sent traffic when its counter has changed", () => {
  const received = new Map<string, Received>();
  const table: [string, number, number, number | undefined][] = [
    ["nothing has come yet", 0, 100, undefined],
    ["the first bytes", 148, 200, 200],
    ["silence", 148, 300, undefined],
    ["more bytes", 180, 400, 400],
    ["Stowaway has restarted, and counts from 0", 32, 500, 500],
    ["Stowaway has restarted, and nothing has come yet", 0, 600, undefined],
  ];
  for (const [name, bytes, now, expected] of table) {
    assert.equal(recordReceived(received, "A=", bytes, now), expected, name);
  }
  assert.deepEqual(received.get("A="), { bytes: 32, at: 500 });
});

Deno.test("each client has its own counter", () => {
  const received = new Map<string, Received>();
  recordReceived(received, "A=", 10, 1);
  assert.equal(recordReceived(received, "B=", 10, 2), 2);
});

Deno.test("silence counts from the latest of traffic, creation and the operator's start", () => {
  const created = Date.parse("2030-01-01T00:00:00Z");
  const client: GefyraClient = {
    metadata: { creationTimestamp: "2030-01-01T00:00:00Z" as never },
    spec: { publicKey: "A=", disconnectTimeout: 600 },
  };
  assert.equal(lastSeen(client, undefined, 0), created);
  assert.equal(lastSeen(client, created + 5, 0), created + 5);
  assert.equal(lastSeen(client, undefined, created + 9), created + 9);
  assert.equal(lastSeen(client, created + 10, created + 9), created + 10);
});

Deno.test("the next check is soon, and not later than a silence becomes too long", () => {
  const table = [[3_000, 2_000], [16_500, 1_501], [17_999, 2], [18_000, 1], [18_001, 2_000], [60_000, 2_000]];
  for (const [silence = 0, expected] of table) {
    assert.equal(untilNextCheck(silence), expected, `${silence} ms`);
  }
});

Deno.test("a short silence suspends, a long one removes, and without Stowaway no client is removed", () => {
  const table: [string, number, boolean, ReturnType<typeof classify>][] = [
    ["a keepalive was lost", 12_000, true, "alive"],
    ["an outage of 7 s, seen late", 17_000, true, "alive"],
    ["about 20 s", 18_001, true, "silent"],
    ["just before the time is over", 60_000, true, "silent"],
    ["the time is over", 60_001, true, "gone"],
    ["Stowaway is away for a moment", 5_000, false, "alive"],
    ["Stowaway is away", 20_000, false, "silent"],
    ["Stowaway is away for long", 3_600_000, false, "silent"],
  ];
  for (const [name, silence, listening, expected] of table) {
    assert.equal(classify(silence, { timeout: 60_000, listening }), expected, name);
  }
});

Deno.test("the counter of a key is forgotten with the last client that has it", () => {
  const client = (publicKey: string): GefyraClient => ({ spec: { publicKey, disconnectTimeout: 600 } });
  const received = new Map([["A=", { bytes: 1, at: 1 }], ["B=", { bytes: 2, at: 2 }]]);
  prune(received, [client("B="), client("C=")]);
  assert.deepEqual([...received.keys()], ["B="]);
});

Deno.test("a check is due after a keepalive, and soon after one that failed", async () => {
  const clients = objectCache<GefyraClient>();
  const error = new Error("no answer");
  const cache = { clients };
  const context = { cluster: {} as Cluster, cache, namespace: "gefyra", log: () => {} } as unknown as Context;
  const tunnel = { status: () => Promise.reject(error) } as Partial<Tunnel> as Tunnel;
  const check = livenessReconciler(context, tunnel);
  const seconds = async () => {
    const result = await check();
    return [Math.round((result.requeueAt! - Date.now()) / 1000), result.error];
  };
  assert.deepEqual(await seconds(), [KEEPALIVE_S, undefined]);
  clients.put({
    metadata: { name: "me", namespace: "gefyra" },
    spec: { publicKey: "A=", disconnectTimeout: 9 },
  });
  assert.deepEqual(await seconds(), [2, error]);
});
