import assert from "node:assert/strict";
import { cargoNftables } from "./cargo-nftables.ts";
import { rules } from "./nftables-fixture.ts";

const cargo = cargoNftables("198.18.1.0/24", "172.28.4.0/24");
const local = cargoNftables("198.18.1.0/24", "172.28.4.0/24", { local: true });

Deno.test("Cargo maps the tunnel's subnet onto the Docker network, in both directions", () => {
  assert.deepEqual(rules(cargo, "prerouting"), [
    'iifname "wg0" dnat ip prefix to ip daddr map { 198.18.1.0/24 : 172.28.4.0/24 }',
  ]);
  assert.deepEqual(rules(cargo, "postrouting"), [
    "meta mark 51821 accept",
    'oifname "wg0" snat ip prefix to ip saddr map { 172.28.4.0/24 : 198.18.1.0/24 }',
  ]);
});

Deno.test("if only the cluster's ranges use the tunnel, other traffic leaves with Cargo's address", () => {
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

const toApps = 'iifname "wg0" oifgroup 51823 ip daddr 172.28.4.10-172.28.4.254';

Deno.test("from the tunnel only Stowaway reaches anything, and only app containers, in any egress mode", () => {
  for (const ruleset of [cargo, local]) {
    assert.deepEqual(rules(ruleset, "forward").filter((rule) => rule.includes('iifname "wg0"')), [
      `${toApps} ip saddr 198.18.0.1 meta l4proto { tcp, udp } accept`,
      `${toApps} tcp flags ! syn accept`,
    ]);
  }
});

Deno.test("app containers reach the tunnel, and other networks only if the cluster's ranges alone use the tunnel", () => {
  const outbound = (ruleset: string) =>
    rules(ruleset, "forward").filter((rule) => rule.startsWith("iifgroup 51823"));
  assert.deepEqual(outbound(cargo), ['iifgroup 51823 ip saddr 172.28.4.0/24 oifname "wg0" accept']);
  assert.deepEqual(outbound(local), ["iifgroup 51823 ip saddr 172.28.4.0/24 accept"]);
});

Deno.test("Cargo's resolver is for app containers, and nothing of Cargo is for the tunnel but a refusal", () => {
  assert.deepEqual(rules(cargo, "input"), [
    "ct state established,related accept",
    'iifname "lo" accept',
    "iifgroup 51823 ip saddr 172.28.4.0/24 meta l4proto { tcp, udp } th dport 53 accept",
    'iifname "wg0" ip saddr 198.18.0.1 tcp dport 51826 reject with tcp reset',
    "iifgroup 51823 icmp type echo-request accept",
    'iifname != "wg0" udp dport != 53 accept',
  ]);
  assert.deepEqual(rules(local, "input"), rules(cargo, "input"));
});
