import assert from "node:assert/strict";
import { overlaps } from "./addresses.ts";
import { pickPorts, stowawayFiles } from "./stowaway.ts";

const files = stowawayFiles({
  privateKey: "PRIVATE=",
  peers: [{ publicKey: "A=", subnet: "198.18.1.0/24" }],
  forwards: [{ port: 10000, address: "198.18.1.10", local: 8000, protocol: "TCP", from: ["10.1.0.5"] }],
});

Deno.test("Stowaway's configuration has its network, its peers and its forwards", () => {
  assert.deepEqual(files["network.conf"]?.split("\n"), [
    "ADDRESS=198.18.0.1/32",
    "MTU=1420",
    "ROUTES=198.18.0.0/15 dev wg0",
    "",
  ]);
  assert.match(files["wireguard.conf"] ?? "", /AllowedIPs = 198\.18\.1\.0\/24/);
  assert.match(files["nftables.conf"] ?? "", /10\.1\.0\.5 \. 10000 : 198\.18\.1\.10 \. 8000/);
  assert.equal(Object.keys(files).length, 4);
});

Deno.test("the Cargo of each client with bridges is probed, for the pods of those", () => {
  const forward = { local: 80, protocol: "TCP" } as const;
  const { "health.json": health = "" } = stowawayFiles({
    privateKey: "P",
    peers: ["198.18.2.0/24", "198.18.3.0/24", "198.18.1.0/24"].map((subnet) => ({
      publicKey: subnet,
      subnet,
    })),
    forwards: [
      { ...forward, port: 10002, address: "198.18.2.11", from: ["10.1.0.6"] },
      { ...forward, port: 10001, address: "198.18.1.12", from: ["10.1.0.6", "10.1.0.5"] },
      { ...forward, port: 10000, address: "198.18.1.10", from: ["10.1.0.5"] },
      { ...forward, port: 10003, address: "198.18.3.10", from: [] },
    ],
  });
  assert.deepEqual(JSON.parse(health), {
    clients: [
      {
        probe: "198.18.1.3",
        ports: [{ port: 10000, from: ["10.1.0.5"] }, { port: 10001, from: ["10.1.0.5", "10.1.0.6"] }],
      },
      { probe: "198.18.2.3", ports: [{ port: 10002, from: ["10.1.0.6"] }] },
    ],
  });
});

Deno.test("the private key is in one file only", () => {
  const with_ = Object.entries(files).filter(([, text]) => text.includes("PRIVATE="));
  assert.deepEqual(with_.map(([name]) => name), ["wireguard.conf"]);
});

Deno.test("Stowaway's own address is in the pool and in no connection's subnet", () => {
  assert.ok(overlaps("198.18.0.1/32", "198.18.0.0/15"));
  assert.ok(!overlaps("198.18.0.1/32", "198.18.1.0/24"));
});

Deno.test("the first free ports are assigned", () => {
  assert.deepEqual(pickPorts([], 2), [10000, 10001]);
  assert.deepEqual(pickPorts([10000, 10002], 3), [10001, 10003, 10004]);
  assert.deepEqual(pickPorts([], 0), []);
  const all = pickPorts([], 20000);
  assert.equal(all.at(-1), 29999);
  assert.throws(() => pickPorts(all, 1), { id: "ports-full" });
});

Deno.test("a peer with a narrower path has its own route with that MTU", () => {
  const peers = [
    { publicKey: "A=", subnet: "198.18.1.0/24", mtu: 1216 },
    { publicKey: "B=", subnet: "198.18.2.0/24", mtu: 1420 },
    { publicKey: "C=", subnet: "198.18.3.0/24" },
  ];
  const { "network.conf": network = "" } = stowawayFiles({ privateKey: "P", peers, forwards: [] });
  assert.match(network, /^ROUTES=198\.18\.0\.0\/15 dev wg0,198\.18\.1\.0\/24 dev wg0 mtu 1216$/m);
});
