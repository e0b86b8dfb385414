import assert from "node:assert/strict";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { BridgedApp, GefyraClient } from "../../lib/api/client.ts";
import { bridgedApps, namesOtherApps } from "./reconcile.ts";

const SUBNET = "198.18.1.0/24";
const bridge = (client: string, name: string, address: string, deleted = false) =>
  ({
    metadata: deleted ? { deletionTimestamp: new Date() } : {},
    spec: { client, destination: { name, address } },
  }) as GefyraBridge;

Deno.test("the apps that a client's bridges name, each once and in one order", () => {
  const bridges = [
    bridge("me", "b", "198.18.1.11"),
    bridge("you", "c", "198.18.2.10"),
    bridge("me", "a", "198.18.1.10"),
    bridge("me", "b", "198.18.1.11"),
    bridge("me", "b", "198.18.1.12"),
    bridge("me", "going", "198.18.1.13", true),
    bridge("me", "foreign", "198.18.2.14"),
    bridge("me", "none", "198.18.1.999"),
  ];
  const expected = [
    { name: "a", address: "198.18.1.10" },
    { name: "b", address: "198.18.1.11" },
    { name: "b", address: "198.18.1.12" },
    { name: "going", address: "198.18.1.13" },
  ];
  assert.deepEqual(bridgedApps("me", SUBNET, bridges), expected);
  assert.deepEqual(bridgedApps("me", SUBNET, bridges.toReversed()), expected);
  assert.deepEqual(bridgedApps("nobody", SUBNET, bridges), []);
});

Deno.test("a client's status is written again when its bridges name other apps", () => {
  const client = (apps?: BridgedApp[]) =>
    ({ metadata: { name: "me" }, status: { tunnel: { subnet: SUBNET }, apps } }) as GefyraClient;
  const [a, b] = [bridge("me", "a", "198.18.1.10"), bridge("me", "b", "198.18.1.11")];
  const known = client(bridgedApps("me", SUBNET, [a, b]));
  assert.equal(namesOtherApps(known, [b, a]), false);
  const asServed = [{ address: "198.18.1.10", name: "a" }];
  assert.equal(namesOtherApps(client(asServed), [a]), false, "whatever the order of the fields");
  assert.equal(namesOtherApps(known, [a]), true);
  assert.equal(namesOtherApps(client(), [a]), true);
  assert.equal(namesOtherApps(client(), []), false);
});
