import assert from "node:assert/strict";
import { cargoWireguard, stowawayWireguard } from "./wireguard.ts";

Deno.test("Stowaway has one peer per connection, each with its own subnet only and without an endpoint", () => {
  const conf = stowawayWireguard("PRIVATE=", [
    { publicKey: "B=", subnet: "198.18.2.0/24" },
    { publicKey: "A=", subnet: "198.18.1.0/24" },
  ]);
  assert.deepEqual(conf.split("\n"), [
    "[Interface]",
    "PrivateKey = PRIVATE=",
    "ListenPort = 51820",
    "",
    "[Peer]",
    "PublicKey = A=",
    "AllowedIPs = 198.18.1.0/24",
    "PersistentKeepalive = 5",
    "",
    "[Peer]",
    "PublicKey = B=",
    "AllowedIPs = 198.18.2.0/24",
    "PersistentKeepalive = 5",
    "",
  ]);
});

Deno.test("Stowaway's configuration does not depend on the order of its peers", () => {
  const peers = ["1", "2", "10"].map((n) => ({ publicKey: n, subnet: `198.18.${n}.0/24` }));
  assert.equal(stowawayWireguard("P", peers), stowawayWireguard("P", peers.toReversed()));
});

Deno.test("Cargo sends everything to Stowaway and marks its own datagrams", () => {
  assert.deepEqual(cargoWireguard("SERVER=", "10.0.0.1:31820").split("\n"), [
    "[Interface]",
    "FwMark = 51820",
    "",
    "[Peer]",
    "PublicKey = SERVER=",
    "Endpoint = 10.0.0.1:31820",
    "AllowedIPs = 0.0.0.0/0",
    "PersistentKeepalive = 5",
    "",
  ]);
});

Deno.test("Cargo without an endpoint has no peer", () => {
  assert.deepEqual(cargoWireguard("SERVER=", undefined).split("\n"), ["[Interface]", "FwMark = 51820", ""]);
});

Deno.test("Cargo's configuration never has its private key", () => {
  for (const endpoint of [undefined, "10.0.0.1:31820"]) {
    assert.doesNotMatch(cargoWireguard("SERVER=", endpoint), /PrivateKey/);
  }
});
