import assert from "node:assert/strict";
import { cargoNftables, type Forward, stowawayNftables } from "./nftables.ts";

/** The rules of one chain, without its head. */
function rules(ruleset: string, chain: string): string[] {
  const [, body = ""] = ruleset.match(new RegExp(`\\tchain ${chain} \\{\\n([^]*?)\\n\\t\\}`)) ?? [];
  return body.split("\n").map((line) => line.trim()).slice(1);
}

const forward: Forward = { port: 10000, address: "198.18.1.10", local: 8000, protocol: "TCP" };
const cargo = cargoNftables("198.18.1.0/24", "172.28.4.0/24");

Deno.test("a ruleset replaces its own table and touches no other", () => {
  for (const ruleset of [cargo, stowawayNftables([]), stowawayNftables([forward])]) {
    const [first, second, third] = ruleset.split("\n");
    assert.deepEqual([first, second, third], [
      "table ip gefyra",
      "delete table ip gefyra",
      "table ip gefyra {",
    ]);
    assert.doesNotMatch(ruleset, /flush ruleset/);
    assert.equal(ruleset.split("{").length, ruleset.split("}").length);
  }
});

Deno.test("Cargo maps the tunnel's subnet onto the Docker network, in both directions", () => {
  assert.deepEqual(rules(cargo, "prerouting"), [
    'iifname "wg0" dnat ip prefix to ip daddr map { 198.18.1.0/24 : 172.28.4.0/24 }',
  ]);
  assert.deepEqual(rules(cargo, "postrouting"), [
    "meta mark 51821 accept",
    'oifname "wg0" snat ip prefix to ip saddr map { 172.28.4.0/24 : 198.18.1.0/24 }',
  ]);
});

Deno.test("Stowaway sends each of its ports to its own app, in the order of the ports", () => {
  const ruleset = stowawayNftables([
    { port: 10001, address: "198.18.2.11", local: 80, protocol: "TCP" },
    forward,
  ]);
  assert.match(ruleset, /elements = \{ 10000 : 198\.18\.1\.10 \. 8000, 10001 : 198\.18\.2\.11 \. 80 \}/);
});

Deno.test("UDP has its own map", () => {
  const dns: Forward = { port: 10002, address: "198.18.1.10", local: 5353, protocol: "UDP" };
  const [tcp = "", udp = ""] = stowawayNftables([dns, forward]).split("map udp_ports");
  assert.match(tcp, /elements = \{ 10000 : 198\.18\.1\.10 \. 8000 \}/);
  assert.match(udp, /elements = \{ 10002 : 198\.18\.1\.10 \. 5353 \}/);
});

Deno.test("without forwards Stowaway's map has no elements line, which nft would refuse", () => {
  assert.doesNotMatch(stowawayNftables([]), /elements/);
  assert.match(stowawayNftables([]), /map tcp_ports \{[^]*map udp_ports \{/);
});

Deno.test("Stowaway forwards only what the cluster sends to it, not what comes out of the tunnel", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "prerouting"), [
    'iifname "wg0" accept',
    "fib daddr type local dnat ip to tcp dport map @tcp_ports",
    "fib daddr type local dnat ip to udp dport map @udp_ports",
  ]);
});

Deno.test("Stowaway answers for the tunnel in the cluster, and for the cluster in the tunnel", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "postrouting"), [
    'oifname != "wg0" ip saddr 198.18.0.0/15 masquerade',
    'oifname "wg0" ct status dnat masquerade',
  ]);
});

Deno.test("both ends make TCP segments fit the tunnel", () => {
  for (const ruleset of [cargo, stowawayNftables([forward])]) {
    assert.deepEqual(rules(ruleset, "forward"), [
      'oifname "wg0" tcp flags syn / syn,rst tcp option maxseg size set rt mtu',
    ]);
  }
});

Deno.test("if only the cluster's ranges use the tunnel, other traffic leaves with Cargo's address", () => {
  const local = cargoNftables("198.18.1.0/24", "172.28.4.0/24", { local: true });
  assert.equal(rules(local, "postrouting").at(-1), 'oifname != "wg0" ct status ! dnat masquerade');
  assert.ok(!cargo.includes("masquerade"));
});

Deno.test("responses of published ports go back unchanged, and tunnel traffic is never treated as one", () => {
  const chain = rules(cargo, "published_ports");
  assert.deepEqual(chain.slice(0, 3), [
    "ip saddr != 172.28.4.0/24 accept",
    'iifname "wg0" accept',
    "ip daddr 198.18.0.0/15 accept",
  ]);
  assert.match(chain.at(-1) ?? "", /@published .* meta mark set 51821$/);
});
