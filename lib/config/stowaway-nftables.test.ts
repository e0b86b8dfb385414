import assert from "node:assert/strict";
import { rules } from "./nftables-fixture.ts";
import { type Forward, stowawayNftables } from "./stowaway-nftables.ts";

const forward: Forward = {
  ...{ port: 10000, address: "198.18.1.10", local: 8000, protocol: "TCP" },
  from: ["10.1.0.5", "10.1.0.6"],
};

/** The elements of a map, each from where and where to. */
function elements(ruleset: string, protocol: "tcp" | "udp"): string[] {
  const [, body = ""] = ruleset.match(new RegExp(`map ${protocol}_ports \\{([^]*?)\\n\\t\\}`)) ?? [];
  return body.match(/elements = \{ (.*) \}/)?.[1]?.split(", ") ?? [];
}

Deno.test("each port takes the connections of its own pods to its own app, and no others", () => {
  const other = {
    port: 10001,
    address: "198.18.2.11",
    local: 80,
    protocol: "TCP",
    from: ["10.1.0.5"],
  } as const;
  const closed = { ...forward, port: 10002, from: [] };
  assert.deepEqual(
    elements(stowawayNftables([{ ...other, from: [...other.from] }, closed, forward]), "tcp"),
    [
      "10.1.0.5 . 10000 : 198.18.1.10 . 8000",
      "10.1.0.5 . 10001 : 198.18.2.11 . 80",
      "10.1.0.6 . 10000 : 198.18.1.10 . 8000",
    ],
  );
});

Deno.test("UDP has its own map", () => {
  const dns: Forward = {
    port: 10002,
    address: "198.18.1.10",
    local: 5353,
    protocol: "UDP",
    from: ["10.1.0.7"],
  };
  const ruleset = stowawayNftables([dns, { ...forward, from: ["10.1.0.5"] }]);
  assert.deepEqual(elements(ruleset, "tcp"), ["10.1.0.5 . 10000 : 198.18.1.10 . 8000"]);
  assert.deepEqual(elements(ruleset, "udp"), ["10.1.0.7 . 10002 : 198.18.1.10 . 5353"]);
});

Deno.test("without pods Stowaway's map has no elements line, which nft would refuse", () => {
  for (const ruleset of [stowawayNftables([]), stowawayNftables([{ ...forward, from: [] }])]) {
    assert.doesNotMatch(ruleset, /elements/);
    assert.match(ruleset, /map tcp_ports \{[^]*map udp_ports \{/);
  }
});

Deno.test("of two forwards of a pod's port the first counts: nft would refuse both, and all others", () => {
  const again = { ...forward, address: "198.18.2.10", from: ["10.1.0.5", "10.1.0.5"] };
  const one = { ...forward, from: ["10.1.0.5", "10.1.0.5"] };
  assert.deepEqual(elements(stowawayNftables([one, again]), "tcp"), [
    "10.1.0.5 . 10000 : 198.18.1.10 . 8000",
  ]);
});

Deno.test("Stowaway translates only what comes from the cluster, not what comes out of the tunnel", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "prerouting"), [
    'iifname "wg0" accept',
    "fib daddr type local dnat ip to ip saddr . tcp dport map @tcp_ports",
    "fib daddr type local dnat ip to ip saddr . udp dport map @udp_ports",
  ]);
});

Deno.test("into the tunnel goes only what was translated, out of it nothing that would go back into it", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "forward").slice(2), [
    'iifname "wg0" oifname != "wg0" accept',
    'iifname != "wg0" oifname "wg0" ct status dnat accept',
  ]);
});

Deno.test("Stowaway itself answers pings and doctor in the tunnel, WireGuard in the cluster, and refuses its ports", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "input"), [
    "ct state established,related accept",
    'iifname "lo" accept',
    "icmp type echo-request accept",
    'iifname "wg0" meta l4proto { tcp, udp } th dport 30000-39999 accept',
    'iifname "wg0" drop',
    "udp dport 51820 accept",
    "ip saddr @senders tcp dport 51826 accept",
    "tcp dport 51826 reject with tcp reset",
    "tcp dport 10000-29999 reject with tcp reset",
    "udp dport 10000-29999 reject",
  ]);
});

Deno.test("Stowaway answers for the tunnel in the cluster, and for the cluster in the tunnel", () => {
  assert.deepEqual(rules(stowawayNftables([forward]), "postrouting"), [
    'oifname != "wg0" ip saddr 198.18.0.0/15 masquerade',
    'oifname "wg0" ct status dnat masquerade',
  ]);
});

Deno.test("only the pods of bridges hear which clients answer", () => {
  const senders = (forwards: Forward[]) =>
    stowawayNftables(forwards).match(/set senders \{\n\t\ttype ipv4_addr\n([^]*?)\t\}/)?.[1]?.trim();
  const other = { ...forward, port: 10001, from: ["10.1.0.9", "10.1.0.5"] };
  assert.equal(senders([forward, other]), "elements = { 10.1.0.5, 10.1.0.6, 10.1.0.9 }");
  assert.equal(senders([]), "");
});

Deno.test("what anybody may send from any number of ports is not tracked", () => {
  const ruleset = stowawayNftables([forward]);
  for (const hook of ["prerouting", "output"]) assert.match(ruleset, new RegExp(`hook ${hook} priority raw`));
  assert.match(ruleset, /udp dport 51820 notrack/);
  assert.doesNotMatch(ruleset, /udp sport 51820 notrack/);
});
