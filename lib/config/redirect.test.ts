import assert from "node:assert/strict";
import { type Redirect, redirectRules } from "./redirect.ts";

const stowaway = (port: number) => ({ address: "10.0.0.9", port });

/** The rules of the first chain. */
const rules = (redirects: Redirect[]) =>
  redirectRules(redirects).split("\n").map((line) => line.trim()).filter((line) =>
    line.startsWith("iifname")
  );

Deno.test("the whole ruleset replaces the previous one in one transaction", () => {
  assert.equal(
    redirectRules([{ protocol: "TCP", port: 80, to: stowaway(10080) }]),
    `table ip gefyra
delete table ip gefyra
table ip gefyra {
	chain prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		iifname != "lo" fib daddr type local tcp flags syn / syn,ack dnat ip to tcp dport map { 80 : 10.0.0.9 . 10080 }
	}
	chain postrouting {
		type nat hook postrouting priority srcnat; policy accept;
		ct status dnat oifname != "lo" masquerade
	}
}
`,
  );
});

Deno.test("each protocol has its rule, to Stowaway or to Nginx", () => {
  const outside = 'iifname != "lo" fib daddr type local';
  const begins = "tcp flags syn / syn,ack";
  const table: [string, Redirect[], string[]][] = [
    [
      "TCP in the kernel",
      [{ protocol: "TCP", port: 80, to: stowaway(10080) }],
      [`${outside} ${begins} dnat ip to tcp dport map { 80 : 10.0.0.9 . 10080 }`],
    ],
    [
      "UDP has no beginning to tell",
      [{ protocol: "UDP", port: 53, to: stowaway(10053) }],
      [`${outside} dnat ip to udp dport map { 53 : 10.0.0.9 . 10053 }`],
    ],
    [
      "one port number of both protocols",
      [{ protocol: "UDP", port: 53, to: stowaway(2) }, { protocol: "TCP", port: 53, to: stowaway(1) }],
      [
        `${outside} ${begins} dnat ip to tcp dport map { 53 : 10.0.0.9 . 1 }`,
        `${outside} dnat ip to udp dport map { 53 : 10.0.0.9 . 2 }`,
      ],
    ],
    [
      "Nginx",
      [{ protocol: "TCP", port: 80, listen: 61080 }],
      [`${outside} ${begins} tcp dport { 80 } redirect to :tcp dport map { 80 : 61080 }`],
    ],
    [
      "Nginx, for UDP",
      [{ protocol: "UDP", port: 53, listen: 61053 }],
      [`${outside} udp dport { 53 } redirect to :udp dport map { 53 : 61053 }`],
    ],
    ["nothing", [], []],
  ];
  for (const [name, redirects, expected] of table) assert.deepEqual(rules(redirects), expected, name);
});

Deno.test("the order of bridges makes no difference", () => {
  const redirects: Redirect[] = [
    { protocol: "TCP", port: 90, listen: 61090 },
    { protocol: "TCP", port: 80, to: stowaway(1) },
    { protocol: "TCP", port: 443, listen: 61443 },
    { protocol: "TCP", port: 8080, to: stowaway(2) },
  ];
  assert.equal(redirectRules(redirects), redirectRules(redirects.toReversed()));
});

Deno.test("without redirects the chains stay, or the kernel would forget translated connections", () => {
  const text = redirectRules([]);
  assert.match(text, /^table ip gefyra\ndelete table ip gefyra\ntable ip gefyra \{/);
  assert.equal(text.match(/type nat hook/g)?.length, 2);
});
