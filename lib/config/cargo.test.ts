import assert from "node:assert/strict";
import type { TunnelStatus } from "../api/client.ts";
import { cargoFiles } from "./cargo.ts";

const tunnel: TunnelStatus = {
  subnet: "198.18.7.0/24",
  serverPublicKey: "SERVER=",
  nodePort: 31820,
  dns: { server: "10.96.0.10", domain: "cluster.local" },
};
const files = cargoFiles(tunnel, "172.28.4.0/24", { endpoint: "203.0.113.1:31820" });

Deno.test("Cargo's configuration has its network, its peer, its mapping and its resolver", () => {
  assert.deepEqual(files["network.conf"]?.split("\n"), [
    "ADDRESS=198.18.7.3/24",
    "MTU=1420",
    "PEER=198.18.0.1",
    "DEFAULT_ROUTE=yes",
    "",
  ]);
  assert.match(files["wireguard.conf"] ?? "", /PublicKey = SERVER=\nEndpoint = 203\.0\.113\.1:31820/);
  assert.match(files["nftables.conf"] ?? "", /198\.18\.7\.0\/24 : 172\.28\.4\.0\/24/);
  assert.equal(Object.keys(files).length, 4);
});

Deno.test("the cluster's resolver answers all names, on the default port", () => {
  assert.match(files.Corefile ?? "", /^\.:53 \{/);
  assert.match(files.Corefile ?? "", /^\s+forward \. 10\.96\.0\.10 \{$/m);
});

Deno.test("without an endpoint only the peer is missing", () => {
  const waiting = cargoFiles(tunnel, "172.28.4.0/24", {});
  assert.doesNotMatch(waiting["wireguard.conf"] ?? "", /Peer/);
  assert.deepEqual({ ...waiting, "wireguard.conf": "" }, { ...files, "wireguard.conf": "" });
});

Deno.test("Cargo's configuration has the measured MTU and all endpoints of Stowaway", () => {
  const more = cargoFiles(tunnel, "172.28.4.0/24", {
    endpoint: "203.0.113.1:31820",
    endpoints: ["10.0.0.1:31820", "203.0.113.1:31820"],
    mtu: 1216,
  });
  assert.match(more["network.conf"] ?? "", /^MTU=1216$/m);
  assert.match(more["network.conf"] ?? "", /^ENDPOINTS=10\.0\.0\.1:31820,203\.0\.113\.1:31820$/m);
  assert.deepEqual({ ...more, "network.conf": "" }, { ...files, "network.conf": "" });
});

Deno.test("if only the cluster's ranges use the tunnel, names and routes are split", () => {
  const local = cargoFiles(tunnel, "172.28.4.0/24", { only: ["10.244.0.0/24", "10.96.0.0/16"] });
  assert.match(
    local["network.conf"] ?? "",
    /^ROUTES=198\.18\.0\.1\/32,10\.244\.0\.0\/24,10\.96\.0\.0\/16\nDEFAULT_ROUTE=no$/m,
  );
  assert.deepEqual(local.Corefile?.match(/^\S+:53 \{$/gm), [
    "cluster.local:53 {",
    "in-addr.arpa:53 {",
    ".:53 {",
  ]);
  assert.match(local.Corefile ?? "", /forward \. \/etc\/resolv\.conf/);
  assert.match(local["nftables.conf"] ?? "", /masquerade/);
});

Deno.test("a lookup fails within two seconds while the tunnel is down", () => {
  const [, read = ""] = files.Corefile?.match(/read_timeout (\d+)ms/) ?? [];
  const [, tries = ""] = files.Corefile?.match(/max_connect_attempts (\d+)/) ?? [];
  assert.ok(Number(read) * Number(tries) < 2000);
});
