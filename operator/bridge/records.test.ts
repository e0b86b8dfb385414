import assert from "node:assert/strict";
import type { InterceptedPod } from "../../lib/api/bridge.ts";
import { type BridgePhase, bridgePhases, podStates } from "../../lib/api/phases.ts";
import { bridgeOf, fixture, recordOf } from "./fixture.ts";
import { shortened, writeBridgeStatus } from "./records.ts";

Deno.test("Stowaway is configured again when a pod is restored, and not for one that comes: its Carrier's pass does that", async () => {
  const a = recordOf("a"), b = recordOf("b", { address: "10.1.0.6" });
  const table: [string, InterceptedPod[], InterceptedPod[], boolean, BridgePhase?][] = [
    ["one comes", [a], [a, b], false],
    ["one is being restored", [a, b], [a, { ...b, state: podStates.restoring }], false],
    ["one is restored", [a, b], [a], true],
    ["all are about to be suspended", [a], [{ ...a, state: podStates.suspended }], false],
    ["all are suspended", [a], [{ ...a, state: podStates.suspended }], true, bridgePhases.suspended],
    ["one could not be taken", [a], [{ ...a, state: podStates.restored }], true],
    ["nothing changes", [a, b], [a, b], false],
  ];
  for (const [name, before, after, expected, phase = bridgePhases.active] of table) {
    const { context, bridge } = fixture({ bridge: bridgeOf(before) });
    const added: string[] = [];
    await writeBridgeStatus({ ...context, queue: { add: (key) => void added.push(key) } }, bridge(), {
      ...{ pods: after, phase },
    });
    assert.deepEqual(added, expected ? ["tunnel"] : [], name);
  }
});

Deno.test("a status has short texts, and none that changes what a terminal shows", () => {
  assert.equal(shortened("nginx.conf refused: line 3"), "nginx.conf refused: line 3");
  assert.equal(shortened("a\u001b[2Jb\r\nc\u009bd\u202ee"), "a [2Jb c d e");
  assert.equal(shortened("x".repeat(2_000)).length, 1_001);
});

Deno.test("Stowaway is configured again when a bridge gets its ports, as doctor's bridges never get pods", async () => {
  const { context, bridge } = fixture({ bridge: bridgeOf([]) });
  const added: string[] = [];
  await writeBridgeStatus({ ...context, queue: { add: (key) => void added.push(key) } }, bridge(), {
    ports: [{ remote: 80, protocol: "TCP", stowaway: 10_000 }],
  });
  assert.deepEqual(added, ["tunnel"]);
});
