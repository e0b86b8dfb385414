import assert from "node:assert/strict";
import type { V1Node } from "@kubernetes/client-node";
import type { Container } from "../docker/engine.ts";
import {
  apiServerCandidate,
  attempts,
  type Candidate,
  chooseCandidates,
  describeCandidate,
  describeTunnel,
  endpointCandidates,
  type Surroundings,
} from "./endpoints.ts";

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
    server: new URL("https://[fd00::1]:6443"),
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

Deno.test("a container with only a node's name, or only its address, is not the node", () => {
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

Deno.test("an API server on loopback is a tunnel or a published port of this machine", () => {
  for (
    const server of [
      "https://localhost:6443",
      "https://127.0.0.53",
      "https://0.0.0.0:6443",
      "https://[::1]:6443",
    ]
  ) {
    assert.deepEqual(
      candidates({ server: new URL(server) }),
      ["node-port host.docker.internal:31820"],
      server,
    );
  }
});

Deno.test("IPv6 addresses are left out, because the tunnel uses IPv4 outside", () => {
  assert.deepEqual(candidates({ nodes: [node("a", { InternalIP: "fd00::1", ExternalIP: "203.0.113.1" })] }), [
    "node-port 203.0.113.1:31820",
  ]);
});

Deno.test("a candidate is described by its transport", () => {
  const at = { host: "10.0.0.1", port: 31820 };
  assert.equal(describeCandidate({ transport: "node-port", ...at }), "NodePort 10.0.0.1:31820");
  assert.equal(
    describeCandidate({ transport: "load-balancer", ...at }),
    "the load balancer 10.0.0.1:31820",
  );
  assert.equal(
    describeCandidate({ transport: "docker-network", network: "lab", ...at }),
    "the Docker network lab (10.0.0.1:31820)",
  );
});

Deno.test("a load balancer of Stowaway's service is tried last, by address or name, on the service's own port", () => {
  const ingress = [{ ip: "203.0.113.7" }, { hostname: "lb.example.com" }, { ip: "fd00::7" }];
  const service = { spec: { ports: [{ port: 443 }] }, status: { loadBalancer: { ingress } } };
  assert.deepEqual(candidates({ nodes: [node("a", { InternalIP: "10.0.0.1" })], service }), [
    "node-port 10.0.0.1:31820",
    "load-balancer 203.0.113.7:443",
    "load-balancer lb.example.com:443",
  ]);
});

const far = (host: string): Candidate => ({ transport: "node-port", host, port: 1 });
const near = (host: string): Candidate => ({ ...far(host), transport: "docker-network", network: "lab" });
const tries = (list: Candidate[]) =>
  attempts(list).map(({ candidate, timeoutMs }) => `${candidate.host} ${timeoutMs}`);

Deno.test("a node of the same Docker gets time, all others are tried briefly first", () => {
  assert.deepEqual(tries([near("a"), far("b"), far("c")]), [
    ...["a 4000", "b 600", "c 600"],
    ...["b 2500", "c 2500", "b 2500", "c 2500"],
  ]);
  assert.deepEqual(tries([far("b")]), ["b 2500", "b 2500"]);
  assert.deepEqual(tries([]), []);
});

Deno.test("not every node of a large cluster is tried", () => {
  const many = Array.from({ length: 100 }, (_, i) => far(`10.0.0.${i}`));
  const hasty = attempts(many).filter(({ timeoutMs }) => timeoutMs === 600);
  assert.ok(hasty.length <= 12 && hasty.length * 600 < 10_000);
});

Deno.test("a tunnel is described by its transport, its MTU and its latency", () => {
  assert.equal(
    describeTunnel(near("172.30.0.2"), { mtu: 1420, latencyMs: 0.412 }),
    "the Docker network lab (172.30.0.2:1), 1,420 bytes MTU, 0.4 ms",
  );
  assert.match(describeTunnel(far("a"), { mtu: 1216, latencyMs: 84.6 }), /, 1,216 bytes MTU, 85 ms$/);
});

const direct: Candidate[] = [
  { transport: "docker-network", host: "172.30.0.2", port: 31820, network: "lab" },
  { transport: "node-port", host: "203.0.113.1", port: 31820 },
];

Deno.test("the API server is tried last, and alone if there is nothing else", () => {
  assert.deepEqual(chooseCandidates(direct, undefined), [...direct, apiServerCandidate]);
  assert.deepEqual(chooseCandidates([], undefined), [apiServerCandidate]);
});

Deno.test("a forced transport is the only one", () => {
  assert.deepEqual(chooseCandidates(direct, "docker-network"), [direct[0]]);
  assert.deepEqual(chooseCandidates(direct, "node-port"), [direct[1]]);
  assert.deepEqual(chooseCandidates(direct, "api-server"), [apiServerCandidate]);
  assert.deepEqual(chooseCandidates(direct, "load-balancer"), []);
});

Deno.test("the API server is described as such: its address is Cargo's own loopback", () => {
  assert.equal(describeCandidate(apiServerCandidate), "the API server");
  assert.equal(apiServerCandidate.host, "127.0.0.1");
});

Deno.test("the API server is tried once, after all rounds, and a named endpoint is the only one", () => {
  const order = attempts([far("b"), apiServerCandidate]).map(({ candidate }) => candidate.transport);
  assert.deepEqual(order, ["node-port", "node-port", "api-server"]);
  const named: Candidate = { transport: "named", host: "a", port: 1 };
  assert.deepEqual(chooseCandidates([named], undefined), [named]);
});
