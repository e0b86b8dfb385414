import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import type { InterceptedPort } from "../api/bridge.ts";
import type { ModeName } from "../api/modes.ts";
import { carrierFiles, type Share } from "./carrier.ts";
import { parseMatch } from "../api/match.ts";

const pod: V1Pod = { status: { podIP: "10.1.0.5" } };
const STOWAWAY = "10.0.0.9";
const match = (rule: string) => parseMatch([[rule]]);

interface Wanted extends Partial<Share> {
  path?: InterceptedPort["path"];
  port?: number;
  remote?: string;
  protocol?: "TCP" | "UDP";
  mode?: ModeName;
  forwards?: boolean;
  /** Stowaway's port. */
  at?: number;
}

function share(bridge: string, wanted: Wanted = {}): Share {
  const { path = "kernel", port = 80, remote = port, protocol = "TCP", mode = "beside", at = 10000 } = wanted;
  return {
    bridge,
    record: {
      ...{ name: "web-1", uid: "1", mode, container: "web", state: "Active" },
      ports: [{ remote, port, protocol, path }],
      ...(wanted.forwards === undefined ? {} : { forwards: wanted.forwards }),
    },
    stowawayPorts: wanted.stowawayPorts ?? new Map([[`${remote}/${protocol}`, at]]),
    match: wanted.match,
    fallback: wanted.fallback ?? false,
    mirror: wanted.mirror ?? false,
    drainMs: "drainMs" in wanted ? wanted.drainMs : 10_000,
  };
}

const compose = (...shares: Share[]) => carrierFiles(pod, shares, STOWAWAY);
/** What is looked up in the rules: `port : where`. */
const maps = (text = "") => [...text.matchAll(/dport map \{ (.*?) \}/g)].map(([, map]) => map);
const listens = (conf: string) =>
  [...conf.matchAll(/listen +(\d+)(?=[ ;])/g)].map(([, port]) => Number(port));

Deno.test("ports that the kernel redirects do not use Nginx", () => {
  const files = compose(share("a"), share("b", { port: 53, protocol: "UDP", at: 10001 }));
  assert.equal(files["nginx.conf"], "");
  assert.deepEqual(maps(files["nftables.conf"]), ["80 : 10.0.0.9 . 10000", "53 : 10.0.0.9 . 10001"]);
});

Deno.test("Stowaway's port is found by the bridge's own name of the port", () => {
  const files = compose(share("a", { port: 8080, remote: "web", at: 10007 }));
  assert.deepEqual(maps(files["nftables.conf"]), ["8080 : 10.0.0.9 . 10007"]);
});

Deno.test("in mode beside Nginx listens on another port, and reaches the original by the pod's address and by loopback", () => {
  for (const path of ["http", "stream"] as const) {
    const files = compose(share("a", { path, fallback: true }));
    assert.deepEqual(maps(files["nftables.conf"]), ["80 : 61080"], path);
    assert.deepEqual(listens(files["nginx.conf"]), [61080], path);
    for (const address of ["10.0.0.9:10000", "10.1.0.5:80", "127.0.0.1:80", "[::1]:80"]) {
      assert.ok(files["nginx.conf"].includes(address), `${path}: ${address}`);
    }
  }
});

Deno.test("in mode replace Nginx listens on the original's port, without rules", () => {
  const files = compose(share("a", { mode: "replace", path: "stream", port: 8080 }));
  assert.equal(files["nftables.conf"], undefined);
  assert.deepEqual(listens(files["nginx.conf"]), [8080]);
  assert.ok(!files["nginx.conf"].includes("10.1.0.5"));
});

Deno.test("two bridges of one port share a listener", () => {
  const files = compose(
    share("a", { path: "http", match: match("header:x-user=alice"), at: 10000 }),
    share("b", { path: "http", match: match("header:x-user=bob"), at: 10001 }),
  );
  assert.deepEqual(maps(files["nftables.conf"]), ["80 : 61080"]);
  assert.deepEqual(listens(files["nginx.conf"]), [61080]);
});

Deno.test("a port uses the longest path that one of its bridges needs", () => {
  const table: [InterceptedPort["path"], InterceptedPort["path"], "Stowaway" | "Nginx"][] = [
    ["kernel", "kernel", "Stowaway"],
    ["kernel", "stream", "Nginx"],
    ["http", "kernel", "Nginx"],
  ];
  for (const [one, other, expected] of table) {
    const [map] = maps(compose(share("a", { path: one }), share("b", { path: other }))["nftables.conf"]);
    assert.equal(map, expected === "Nginx" ? "80 : 61080" : "80 : 10.0.0.9 . 10000", `${one}, ${other}`);
  }
});

Deno.test("two ports never share a listener", () => {
  const files = compose(
    share("a", { path: "stream", port: 80 }),
    share("b", { path: "stream", port: 4080 }),
    share("c", { path: "stream", port: 8080 }),
  );
  assert.deepEqual(maps(files["nftables.conf"]), ["80 : 61080, 4080 : 61081, 8080 : 61082"]);
  assert.deepEqual(listens(files["nginx.conf"]), [61080, 61081, 61082]);
});

Deno.test("if the pod does not forward, Nginx carries the traffic instead of the kernel", () => {
  const files = compose(
    share("a", { forwards: false }),
    share("b", { port: 53, protocol: "UDP", at: 10001 }),
  );
  assert.deepEqual(maps(files["nftables.conf"]), ["80 : 61080", "53 : 61053"]);
  assert.ok(!files["nftables.conf"]?.includes(STOWAWAY));
});

Deno.test("nothing is sent to a missing Stowaway or to an unassigned port", () => {
  assert.deepEqual(maps(carrierFiles(pod, [share("a")], "")["nftables.conf"]), []);
  assert.deepEqual(maps(compose(share("a", { stowawayPorts: new Map() }))["nftables.conf"]), []);
  const files = carrierFiles(pod, [share("a", { path: "http" })], "");
  assert.ok(!files["nginx.conf"].includes(":10000"));
  assert.ok(files["nginx.conf"].includes("10.1.0.5:80"), "the original serves");
});

Deno.test("without bridges Nginx stops and the rules are empty", () => {
  const files = compose();
  assert.equal(files["nginx.conf"], "");
  assert.match(files["nftables.conf"] ?? "", /^table ip gefyra\ndelete table ip gefyra\n/);
  assert.deepEqual(maps(files["nftables.conf"]), []);
});

Deno.test("Carrier is told where each port leads, and how long connections may stay", () => {
  const to = "10.0.0.9:10000";
  const table: [string, Share[], unknown[]][] = [
    ["in the kernel", [share("a")], [{ port: 80, protocol: "TCP", to: [to], drainMs: 10_000 }]],
    [
      "through Nginx",
      [share("a", { path: "http" })],
      [{ port: 80, protocol: "TCP", listen: 61080, to: [to], drainMs: 10_000 }],
    ],
    [
      "several bridges, the longest time",
      [share("a", { path: "http" }), share("b", { path: "http", at: 10001, drainMs: 60_000 })],
      [{ port: 80, protocol: "TCP", listen: 61080, to: [to, "10.0.0.9:10001"], drainMs: 60_000 }],
    ],
    [
      "several bridges, one of which keeps its connections",
      [share("a", { path: "http" }), share("b", { path: "http", at: 10001, drainMs: undefined })],
      [{ port: 80, protocol: "TCP", listen: 61080, to: [to, "10.0.0.9:10001"] }],
    ],
    [
      "without Stowaway's port",
      [share("a", { path: "http", stowawayPorts: new Map() })],
      [{ port: 80, protocol: "TCP", listen: 61080, to: [], drainMs: 10_000 }],
    ],
    ["nobody", [], []],
  ];
  for (const [name, shares, ports] of table) {
    const { "connections.json": text } = compose(...shares);
    assert.deepEqual(JSON.parse(text ?? "null"), { ports, silent: [] }, name);
  }
  const { "connections.json": silent } = carrierFiles(pod, [], STOWAWAY, [10_000]);
  assert.deepEqual(JSON.parse(silent!), { ports: [], silent: [to] });
  assert.equal(compose(share("a", { mode: "replace", path: "stream" }))["connections.json"], undefined);
});

Deno.test("mirrored ports lead to the tee, and with a match through Nginx", () => {
  const rule = match("path:/a");
  const original = (port = 80) => ["10.1.0.5", "127.0.0.1", "[::1]"].map((address) => `${address}:${port}`);
  const copy = "10.0.0.9:10000";
  const table: [name: string, Share[], rules: string[], mirrored: unknown[], to: string[][]][] = [
    ["as bytes", [share("a", { mirror: true, path: "stream" })], ["80 : 65080"], [
      { port: 80, listen: ":65080", original: original(), copy },
    ], [["127.0.0.1:65080"]]],
    ["taken a moment ago", [share("a", { mirror: true, path: "kernel" })], ["80 : 65080"], [
      { port: 80, listen: ":65080", original: original(), copy },
    ], [["127.0.0.1:65080"]]],
    [
      "a matching one beside one that takes",
      [
        share("a", { mirror: true, path: "http", match: rule }),
        share("b", { path: "http", match: match("path:/b"), at: 10001 }),
      ],
      ["80 : 61080"],
      [
        { port: 80, listen: ":65080", original: original(), copy },
      ],
      [["127.0.0.1:65080", "10.0.0.9:10001"]],
    ],
    [
      "two on one port, and the same port modulo the tee's",
      [
        share("a", { mirror: true, path: "http", match: rule }),
        share("b", { mirror: true, path: "http", match: match("path:/b"), at: 10001 }),
        share("c", { mirror: true, path: "stream", port: 580, at: 10002 }),
      ],
      ["80 : 61080, 580 : 65082"],
      [
        { port: 80, listen: ":65080", original: original(), copy },
        { port: 80, listen: ":65081", original: original(), copy: "10.0.0.9:10001" },
        { port: 580, listen: ":65082", original: original(580), copy: "10.0.0.9:10002" },
      ],
      [["127.0.0.1:65080", "127.0.0.1:65081"], ["127.0.0.1:65082"]],
    ],
    [
      "without Stowaway",
      [share("a", { mirror: true, path: "stream", stowawayPorts: new Map() })],
      [],
      [],
      [],
    ],
    ["none", [share("a")], ["80 : 10.0.0.9 . 10000"], [], [[copy]]],
  ];
  for (const [name, shares, rules, mirrored, to] of table) {
    const files = compose(...shares);
    assert.deepEqual(maps(files["nftables.conf"]), rules, name);
    assert.deepEqual(JSON.parse(files["mirror.json"]!), { ports: mirrored }, name);
    const leads = JSON.parse(files["connections.json"]!).ports as { to: string[] }[];
    assert.deepEqual(leads.map((one) => one.to), to, name);
  }
  const matched = compose(share("a", { mirror: true, path: "http", match: rule }))["nginx.conf"];
  assert.match(matched, /upstream http1_80_a \{\n +server 127\.0\.0\.1:65080 max_fails=0;/);
  assert.match(matched, /80_a "the original";/);
  assert.equal(compose(share("a", { mode: "replace", path: "stream" }))["mirror.json"], undefined);
});
