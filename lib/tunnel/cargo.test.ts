import assert from "node:assert/strict";
import type { TunnelStatus } from "../resources/client.ts";
import { cargoFiles } from "./cargo.ts";

const tunnel: TunnelStatus = {
  subnet: "198.18.7.0/24",
  serverPublicKey: "SERVER=",
  nodePort: 31820,
  dns: { server: "10.96.0.10", domain: "cluster.local" },
};
const files = cargoFiles(tunnel, "172.28.4.0/24", "203.0.113.1:31820");

Deno.test("Cargo is told its network, its peer, its mapping and its resolver", () => {
  assert.deepEqual(files["network.conf"]?.split("\n"), [
    "ADDRESS=198.18.7.3/24",
    "MTU=1420",
    "DEFAULT_ROUTE=yes",
    "",
  ]);
  assert.match(files["wireguard.conf"] ?? "", /PublicKey = SERVER=\nEndpoint = 203\.0\.113\.1:31820/);
  assert.match(files["nftables.conf"] ?? "", /198\.18\.7\.0\/24 : 172\.28\.4\.0\/24/);
  assert.equal(Object.keys(files).length, 4);
});

Deno.test("all names are answered by the cluster's own resolver, on the usual port", () => {
  assert.match(files.Corefile ?? "", /^\.:53 \{/);
  assert.match(files.Corefile ?? "", /^\s+forward \. 10\.96\.0\.10 \{$/m);
});

Deno.test("without an endpoint only the peer is missing", () => {
  const waiting = cargoFiles(tunnel, "172.28.4.0/24", undefined);
  assert.doesNotMatch(waiting["wireguard.conf"] ?? "", /Peer/);
  assert.deepEqual({ ...waiting, "wireguard.conf": "" }, { ...files, "wireguard.conf": "" });
});
