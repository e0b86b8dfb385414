import assert from "node:assert/strict";
import type { V1Node } from "@kubernetes/client-node";
import type { Container } from "../docker/engine.ts";
import { describeCandidate, endpointCandidates, type Surroundings } from "./endpoints.ts";

const node = (name: string, addresses: Record<string, string>): V1Node => ({
  metadata: { name },
  status: { addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })) },
});
const container = (name: string, addresses: Record<string, string>): Container => ({
  id: name,
  name,
  image: "",
  state: "running",
  status: "",
  labels: {},
  addresses,
});
const candidates = (more: Partial<Surroundings>) =>
  endpointCandidates({
    nodes: [],
    containers: [],
    server: new URL("https://127.0.0.1:6443"),
    nodePort: 31820,
    ...more,
  }).map(({ transport, host, port, network }) =>
    `${transport} ${host}:${port}${network ? ` ${network}` : ""}`
  );

Deno.test("a node that is a container of this Docker is reached over its network first", () => {
  const found = candidates({
    nodes: [node("lab-0", { InternalIP: "172.30.0.2", ExternalIP: "203.0.113.9" })],
    containers: [container("other", { lab: "172.30.0.3" }), container("lab-0", { lab: "172.30.0.2" })],
  });
  assert.deepEqual(found, ["docker-network 172.30.0.2:31820 lab", "node-port 203.0.113.9:31820"]);
});

Deno.test("a container that has only a node's name, or only its address, is not the node", () => {
  const nodes = [node("web", { InternalIP: "10.0.0.5" })];
  for (const stranger of [container("web", { net: "10.9.9.9" }), container("db", { net: "10.0.0.5" })]) {
    assert.deepEqual(candidates({ nodes, containers: [stranger] }), ["node-port 10.0.0.5:31820"]);
  }
});

Deno.test("external addresses come before internal ones, the API server's host last", () => {
  const found = candidates({
    nodes: [
      node("a", { InternalIP: "10.0.0.1", ExternalIP: "203.0.113.1", Hostname: "a" }),
      node("b", { InternalIP: "10.0.0.2" }),
    ],
    server: new URL("https://api.example.com:6443"),
    nodePort: 30000,
  });
  assert.deepEqual(found, [
    "node-port 203.0.113.1:30000",
    "node-port 10.0.0.1:30000",
    "node-port 10.0.0.2:30000",
    "node-port api.example.com:30000",
  ]);
});

Deno.test("an address is tried once", () => {
  const nodes = [node("a", { InternalIP: "10.0.0.1", ExternalIP: "10.0.0.1" })];
  assert.deepEqual(candidates({ nodes, server: new URL("https://10.0.0.1:6443") }), [
    "node-port 10.0.0.1:31820",
  ]);
});

Deno.test("an API server on loopback is a tunnel or a published port, not a node", () => {
  for (
    const server of [
      "https://localhost:6443",
      "https://127.0.0.53",
      "https://0.0.0.0:6443",
      "https://[::1]:6443",
    ]
  ) {
    assert.deepEqual(candidates({ server: new URL(server) }), [], server);
  }
});

Deno.test("IPv6 addresses are left out, as the tunnel's outside is IPv4", () => {
  assert.deepEqual(candidates({ nodes: [node("a", { InternalIP: "fd00::1", ExternalIP: "203.0.113.1" })] }), [
    "node-port 203.0.113.1:31820",
  ]);
});

Deno.test("a candidate is described by the way it is reached", () => {
  const at = { host: "10.0.0.1", port: 31820 };
  assert.equal(describeCandidate({ transport: "node-port", ...at }), "NodePort 10.0.0.1:31820");
  assert.equal(
    describeCandidate({ transport: "docker-network", network: "lab", ...at }),
    "the Docker network lab (10.0.0.1:31820)",
  );
});
