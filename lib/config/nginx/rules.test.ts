import assert from "node:assert/strict";
import { type Match, parseMatch } from "../../api/match.ts";
import { matchLimits } from "../../api/match-limits.ts";
import { matchMaps } from "./rules.ts";

/** What the variables say of a request, as Nginx and its module `rules` read them; `http_…` holds a header's values. */
function matches(match: Match, request: Record<string, string | string[]>): boolean {
  const values = new Map(
    Object.entries(request).filter((one): one is [string, string] => !Array.isArray(one[1])),
  );
  for (const text of matchMaps(match, "80_0")) {
    const [, variable = "", name, regex = ""] = /^header_rule \$(\S+) (\S+) (.*);$/s.exec(text) ?? [];
    if (name) {
      const given = [request[`http_${name}`] ?? []].flat();
      values.set(variable, given.some((value) => value && regexOf(regex).test(value)) ? "1" : "0");
      continue;
    }
    const [, source = "", result = "", body = ""] = /^map (\S+) \$(\S+) \{\n(.*)\n\}$/s.exec(text) ?? [];
    const value = source.replace(/\$(\w+)/g, (_, name) => values.get(name) ?? "");
    const entries = body.split("\n").map((line) =>
      /^\s+(.+) ([01]);$/.exec(line)!.slice(1) as [string, string]
    );
    const found = entries.find(([key]) => key === '""' && value === "") ??
      entries.find(([key]) => isRegex(key) && regexOf(key).test(value)) ??
      entries.find(([key]) => key === "default");
    values.set(result, found![1]);
  }
  return values.get("match_80_0") === "1";
}

/** A word of nginx.conf without its quotes. */
const unquoted = (word: string) =>
  word.startsWith('"') ? word.slice(1, -1).replace(/\\(["'\\])/g, "$1") : word;
const isRegex = (word: string) => unquoted(word).startsWith("~");
const regexOf = (word: string) =>
  new RegExp(
    unquoted(word).replace(/^~/, "").replace(/^(\(\*\w+(=\d+)?\))+/, "").replace(
      /(?<!\\)((?:\\\\)*)\\z/g,
      "$1$$",
    ),
  );

Deno.test("a rule matches exactly what it says", () => {
  const table: [string, Record<string, string>, boolean][] = [
    ["header:X-User=alice", { http_x_user: "alice" }, true],
    ["header:X-User=alice", { http_x_user: "alice2" }, false],
    ["header:X-User=alice", { http_x_user: "ALICE" }, false],
    ["header:X-User=alice", {}, false],
    ["header:x-user~^a", { http_x_user: "alice" }, true],
    ["header:x-user~.*", { http_x_user: "" }, false],
    ["header:x=a.c", { http_x: "abc" }, false],
    ["path:/api", { uri: "/api" }, true],
    ["path:/api", { uri: "/api/users" }, true],
    ["path:/api", { uri: "/apis" }, false],
    ["path:/api/", { uri: "/api" }, true],
    ["path:/", { uri: "/anything" }, true],
    ["path:=/api", { uri: "/api" }, true],
    ["path:=/api", { uri: "/api/" }, false],
    ["path:~/v[12]/", { uri: "/api/v2/users" }, true],
    ["path:~/v[12]/", { uri: "/api/v3/users" }, false],
    ["path:~\\.json$", { uri: "/a.json" }, true],
    ["method:get", { request_method: "GET" }, true],
    ["method:get", { request_method: "POST" }, false],
  ];
  for (const [rule, request, expected] of table) {
    assert.equal(matches(parseMatch([[rule]]), request), expected, `${rule} ${JSON.stringify(request)}`);
  }
});

Deno.test("a header that is sent twice matches if either value does", () => {
  const table: [string, string[], boolean][] = [
    ["header:x-user=alice", ["bob", "alice"], true],
    ["header:x-user=alice", ["alice", "bob"], true],
    ["header:x-user=bob, alice", ["bob", "alice"], false],
    ["header:x-user=alice", ["bob", "carol"], false],
    ["header:x-user~^a.*e$", ["bob", "alice", ""], true],
    ["header:x-user~b.*a", ["bob", "alice"], false],
  ];
  for (const [rule, http_x_user, expected] of table) {
    assert.equal(matches(parseMatch([[rule]]), { http_x_user }), expected, `${rule} ${http_x_user}`);
  }
});

Deno.test("an expression with characters beyond ASCII matches characters, any other matches bytes", () => {
  const written = (rule: string) => matchMaps(parseMatch([[rule]]), "80_0")[0] ?? "";
  for (const rule of ["header:x~^[äö]$", "path:~/kä.e"]) assert.match(written(rule), /\(\*UTF\)/, rule);
  for (const rule of ["header:x~^[ao]$", "header:x=käse", "path:/käse"]) {
    assert.doesNotMatch(written(rule), /\(\*UTF\)/, rule);
  }
});

Deno.test("all rules of a group, any of the groups", () => {
  const match = parseMatch([["header:x-user=alice", "path:/api"], ["header:x-debug=1"]]);
  const table: [Record<string, string>, boolean][] = [
    [{ http_x_user: "alice", uri: "/api" }, true],
    [{ http_x_user: "alice", uri: "/" }, false],
    [{ http_x_user: "bob", uri: "/api" }, false],
    [{ http_x_user: "bob", uri: "/", http_x_debug: "1" }, true],
  ];
  for (const [request, expected] of table) {
    assert.equal(matches(match, request), expected, JSON.stringify(request));
  }
});

Deno.test("any value is one word of nginx.conf", () => {
  for (
    const value of [
      'a"b',
      "a' ;}{",
      "$host",
      "\\",
      '\\"',
      "# x",
      "${uri}",
      "käse",
      "a\\z",
      "default",
      "~",
      "*",
    ]
  ) {
    const match: Match = [[{ kind: "header", name: "x", operator: "Exact", value }]];
    assert.ok(matches(match, { http_x: value }), value);
    assert.ok(!matches(match, { http_x: `${value}x` }), value);
    const [map = ""] = matchMaps(match, "80_0");
    assert.equal(map.split("\n").length, 1, value);
  }
  // In a user's own expression only Nginx's quotes need care.
  const [map = ""] = matchMaps(parseMatch([['header:x~^"\\d+\\\\$']]), "80_0");
  assert.ok(map.includes(` "(*LIMIT_MATCH=50000)(*LIMIT_HEAP=500)^\\"\\\\d+\\\\\\\\$";`), map);
});

Deno.test("the longest values still fit into a word of nginx.conf", () => {
  for (const sign of [".", '"', "\\", "k", "käs", "日", "😀"]) {
    const value = sign.repeat(Math.floor(matchLimits.value / sign.length));
    const rules = [
      `header:x=${value}`,
      `path:/${value.slice(2)}`,
      ...(/\w/.test(sign) ? [`header:x~${value}`] : []),
    ];
    for (const rule of rules) {
      for (const word of (matchMaps(parseMatch([[rule]]), "80_0")[0] ?? "").split(/(?<!\\) /)) {
        assert.ok(new TextEncoder().encode(word).length < 4096, `${sign}: ${word.length}`);
      }
    }
  }
});
