import assert from "node:assert/strict";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { BridgedApp, GefyraClient } from "../../lib/api/client.ts";
import { bridgedApps, namesOtherApps } from "./reconcile.ts";

const SUBNET = "198.18.1.0/24";
const bridge = (client: string, name: string, address: string, deleted = false) =>
  ({
    metadata: deleted ? { deletionTimestamp: new Date() } : {},
    spec: { owner: { user: client }, client, destination: { name, address } },
  }) as GefyraBridge;

const clientOf = (name: string, apps?: BridgedApp[]) =>
  ({
    metadata: { name },
    spec: { owner: { user: name } },
    status: { tunnel: { subnet: SUBNET }, apps },
  }) as GefyraClient;

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
    bridge("me", "machine", "198.18.1.1"),
    {
      ...bridge("me", "theirs", "198.18.1.14"),
      spec: { ...bridge("me", "theirs", "198.18.1.14").spec, owner: { user: "you" } },
    },
  ];
  const expected = [
    { name: "a", address: "198.18.1.10" },
    { name: "b", address: "198.18.1.11" },
    { name: "b", address: "198.18.1.12" },
    { name: "going", address: "198.18.1.13" },
  ];
  assert.deepEqual(bridgedApps(clientOf("me"), SUBNET, bridges), expected);
  assert.deepEqual(bridgedApps(clientOf("me"), SUBNET, bridges.toReversed()), expected);
  assert.deepEqual(bridgedApps(clientOf("nobody"), SUBNET, bridges), []);
});

Deno.test("a client's status is written again when its bridges name other apps", () => {
  const client = (apps?: BridgedApp[]) => clientOf("me", apps);
  const [a, b] = [bridge("me", "a", "198.18.1.10"), bridge("me", "b", "198.18.1.11")];
  const known = client(bridgedApps(clientOf("me"), SUBNET, [a, b]));
  assert.equal(namesOtherApps(known, [b, a]), false);
  const asServed = [{ address: "198.18.1.10", name: "a" }];
  assert.equal(namesOtherApps(client(asServed), [a]), false, "whatever the order of the fields");
  assert.equal(namesOtherApps(known, [a]), true);
  assert.equal(namesOtherApps(client(), [a]), true);
  assert.equal(namesOtherApps(client(), []), false);
});
