import assert from "node:assert/strict";
import type { GefyraClient } from "../../lib/api/client.ts";
import { hear, type Heard, judge, lastSign, nextLook } from "./liveness.ts";

Deno.test("a client is heard when its counter moves", () => {
  const heard = new Map<string, Heard>();
  const table: [string, number, number, number | undefined][] = [
    ["nothing has come yet", 0, 100, undefined],
    ["the first bytes", 148, 200, 200],
    ["silence", 148, 300, undefined],
    ["more bytes", 180, 400, 400],
    ["Stowaway is new and counts again", 32, 500, 500],
    ["Stowaway is new and has heard nothing", 0, 600, undefined],
  ];
  for (const [name, bytes, now, expected] of table) {
    assert.equal(hear(heard, "A=", bytes, now), expected, name);
  }
  assert.deepEqual(heard.get("A="), { bytes: 32, at: 500 });
});

Deno.test("clients are heard each for itself", () => {
  const heard = new Map<string, Heard>();
  hear(heard, "A=", 10, 1);
  assert.equal(hear(heard, "B=", 10, 2), 2);
});

Deno.test("silence counts from the latest sign: heard, created, or the operator's start", () => {
  const created = Date.parse("2030-01-01T00:00:00Z");
  const client: GefyraClient = {
    metadata: { creationTimestamp: "2030-01-01T00:00:00Z" as never },
    spec: { publicKey: "A=", disconnectTimeout: 600 },
  };
  assert.equal(lastSign(client, undefined, 0), created);
  assert.equal(lastSign(client, created + 5, 0), created + 5);
  assert.equal(lastSign(client, undefined, created + 9), created + 9);
  assert.equal(lastSign(client, created + 10, created + 9), created + 10);
});

Deno.test("the next look is soon, and not later than a silence becomes too long", () => {
  const table = [[3_000, 2_000], [16_500, 1_501], [17_999, 2], [18_000, 1], [18_001, 2_000], [60_000, 2_000]];
  for (const [silence = 0, expected] of table) assert.equal(nextLook(silence), expected, `${silence} ms`);
});

Deno.test("a short silence suspends, a long one removes, and without Stowaway nobody is removed", () => {
  const table: [string, number, boolean, ReturnType<typeof judge>][] = [
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
    assert.equal(judge(silence, { timeout: 60_000, listening }), expected, name);
  }
});
