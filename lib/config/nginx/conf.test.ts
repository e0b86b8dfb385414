import assert from "node:assert/strict";
import type { Match } from "../../api/match.ts";
import type { CarrierServer } from "./server.ts";
import { nginxConf } from "./conf.ts";

const original = { addresses: ["10.244.1.3", "127.0.0.1", "[::1]"], port: 80 };
const server = (more: Partial<CarrierServer> = {}): CarrierServer => ({
  port: 80,
  listen: 61080,
  protocol: "TCP",
  kind: "http",
  original,
  probes: "original",
  routes: [{ bridge: "mine", match: undefined, fallback: false, upstream: "10.244.1.7:10000" }],
  ...more,
});
const alice: Match = [[{ kind: "header", name: "x-user", operator: "Exact", value: "alice" }]];
const routes = (match: Match | undefined, fallback = false) => [
  { bridge: "mine", match, fallback, upstream: "10.244.1.7:10000" },
];

/** The text of each block that starts with `head`, without its braces. */
function blocks(text: string, head: string): string[] {
  return text.split(`${head} {\n`).slice(1).map((rest) => {
    let depth = 1, end = 0;
    for (; depth > 0 && end < rest.length; end++) depth += rest[end] === "{" ? 1 : rest[end] === "}" ? -1 : 0;
    return rest.slice(0, end - 1);
  });
}

Deno.test("a TCP port passes its bytes to Stowaway, without an http block", () => {
  const conf = nginxConf([server({ kind: "tcp" })]);
  const [stream = ""] = blocks(conf, "stream");
  assert.match(stream, /listen 61080\b/);
  assert.match(stream, /server 10\.244\.1\.7:10000\b/);
  assert.deepEqual(blocks(conf, "http"), []);
});

Deno.test("a UDP port listens for datagrams", () => {
  assert.match(nginxConf([server({ kind: "tcp", protocol: "UDP" })]), /listen 61080 udp\b/);
});

Deno.test("fallback uses the original only when the local port refuses", () => {
  const backups = (conf: string) => conf.match(/server (\S+) max_fails=0 backup;/g) ?? [];
  assert.deepEqual(backups(blocks(nginxConf([server({ kind: "tcp" })]), "stream")[0] ?? ""), []);
  const stands = nginxConf([server({ kind: "tcp", routes: routes(undefined, true) })]);
  assert.deepEqual(backups(blocks(stands, "stream")[0] ?? ""), [
    "server 10.244.1.3:80 max_fails=0 backup;",
    "server 127.0.0.1:80 max_fails=0 backup;",
    "server [::1]:80 max_fails=0 backup;",
  ]);
});

Deno.test("requests that match go to Stowaway, the others and the kubelet's to the original", () => {
  const conf = nginxConf([server({ routes: routes(alice) })]);
  const choice = conf.match(/map \$kubelet\$match_80_0 \$to_80 \{([^}]*)\}/)?.[1] ?? "";
  assert.match(choice, /default original_80;/);
  assert.match(choice, /~\^1 original_80;/);
  assert.match(choice, /~\^\.1 80_mine;/);
});

Deno.test("a rule's value is never interpreted as configuration", () => {
  for (const value of ['a"b', "a;b", "a}b", "$host", "a\\b", "a b", "~x", "#"]) {
    const rule: Match = [[{ kind: "header", name: "x-user", operator: "Exact", value }]];
    const conf = nginxConf([server({ routes: routes(rule) })]);
    const written = conf.match(/^\s+header_rule \S+ x_user "\^(.*)\\\\z";$/m)?.[1] ?? "no such line";
    // Each sign escaped for the expression, and what escapes once more for the quotes.
    assert.match(written, /^(\w|\\\\[^\w"\\]|\\\\\\["\\])+$/, `${value} is written as ${written}`);
  }
});

/** The names of all upstreams, and of those that something is passed to. */
function upstreams(conf: string): { defined: string[]; asked: string[] } {
  return {
    defined: [...conf.matchAll(/upstream (\S+) \{/g)].map(([, name]) => name!),
    asked: [...conf.matchAll(/(?:proxy|grpc)_pass (\S+);/g)].map(([, name]) => name!),
  };
}

Deno.test("no upstream is used with two protocols, because connections are kept per upstream", () => {
  const { defined, asked } = upstreams(nginxConf([server({ routes: routes(alice, true) })]));
  for (const protocol of ["http1", "http2"]) {
    for (const name of ["80_mine", "original_80"]) assert.ok(defined.includes(`${protocol}_${name}`), name);
  }
  assert.deepEqual(asked.filter((name) => name.includes("$")), [
    "http://http1_$to_80",
    "grpc://http2_$to_80",
  ]);
});

Deno.test("one number over TCP and UDP are two ports", () => {
  const kinds = ["http", "tcp"] as const;
  for (const original of [undefined, { addresses: ["10.244.1.3"], port: 53 }]) {
    for (const kind of kinds) {
      const dns = (protocol: "TCP" | "UDP", kind: CarrierServer["kind"]) =>
        server({ port: 53, listen: 61053, protocol, kind, original, routes: routes(undefined, true) });
      const { defined } = upstreams(nginxConf([dns("TCP", kind), dns("UDP", "tcp")]));
      assert.ok(defined.includes("tcp_53_mine") && defined.includes("udp_53_mine"));
      assert.equal(new Set(defined).size, defined.length, defined.join());
    }
  }
});

Deno.test("nothing is buffered or limited on the way", () => {
  const [http = ""] = blocks(nginxConf([server()]), "http");
  for (const line of ["client_max_body_size 0;", "proxy_buffering off;", "proxy_request_buffering off;"]) {
    assert.ok(http.includes(line), line);
  }
});

Deno.test("all paths are relative but the modules', so that a read-only root does not matter", () => {
  const conf = nginxConf([server(), server({ port: 90, listen: 61090, kind: "tcp" })]);
  const paths = conf.split("\n").filter((line) => /_path |pid |\.sock/.test(line));
  assert.ok(paths.length > 5);
  for (const line of paths) assert.doesNotMatch(line, /\s\//, line);
});

Deno.test("all braces are closed", () => {
  const conf = nginxConf([
    server({ routes: routes(alice) }),
    server({ port: 90, listen: 61090, kind: "tcp" }),
  ]);
  assert.equal(conf.match(/\{/g)?.length, conf.match(/\}/g)?.length);
});

Deno.test("one client address does not get all connections", () => {
  const conf = nginxConf([server(), server({ port: 90, listen: 61090, kind: "tcp" })], 12_000);
  const [stream = ""] = blocks(conf, "stream");
  const limits = blocks(stream.replace(/^ {4}/gm, ""), "server").map((text) => [
    /listen (\S+)/.exec(text)?.[1],
    /limit_conn addresses (\d+);/.exec(text)?.[1],
  ]);
  assert.deepEqual(limits, [["61080", "2940"], ["unix:80-raw.sock;", undefined], ["61090", "4000"]]);
});
