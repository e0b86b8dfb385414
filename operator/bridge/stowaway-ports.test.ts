import assert from "node:assert/strict";
import type { BridgePort, GefyraBridge } from "../../lib/api/bridge.ts";
import { bridgeOf, fixture } from "./fixture.ts";
import { assignPorts } from "./stowaway-ports.ts";

const ports: BridgePort[] = [{ remote: 80, local: 8000, protocol: "TCP" }, {
  remote: 81,
  local: 8000,
  protocol: "TCP",
}];
const having = (name: string, second: number, ...numbers: number[]): GefyraBridge => {
  const metadata = { name, uid: name, creationTimestamp: new Date(second * 1000) };
  const bridge = bridgeOf([], { metadata, spec: { ports } });
  const held = numbers.map((stowaway, i) => ({ remote: 80 + i, protocol: "TCP" as const, stowaway }));
  return { ...bridge, status: { ...bridge.status, ports: held } };
};

/** The ports of a bridge after a pass, beside others. */
async function assigned(mine: GefyraBridge, ...others: GefyraBridge[]) {
  const { context, bridge } = fixture({ bridge: mine });
  others.forEach(context.cache.bridges.put);
  await assignPorts(context, mine);
  return bridge().status?.ports?.map(({ stowaway }) => stowaway);
}

Deno.test("a bridge keeps its ports, and gets free ones for the rest", async () => {
  assert.deepEqual(await assigned(having("mine", 1)), [10_000, 10_001]);
  assert.deepEqual(await assigned(having("mine", 1, 10_005), having("other", 0, 10_000)), [10_005, 10_001]);
});

Deno.test("a port that two bridges have, as one status was written by somebody else, stays the older one's", async () => {
  assert.deepEqual(await assigned(having("mine", 2, 10_000, 10_007), having("other", 1, 10_000)), [
    10_001,
    10_007,
  ]);
  assert.deepEqual(await assigned(having("mine", 1, 10_000, 10_007), having("other", 2, 10_000)), [
    10_000,
    10_007,
  ]);
});
