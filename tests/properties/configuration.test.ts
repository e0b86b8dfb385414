/** What becomes configuration of Nginx or nftables is data in it, whatever a user wrote. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Match, matchProblems } from "../../lib/api/match.ts";
import { nginxConf } from "../../lib/config/nginx/conf.ts";
import { literal, quote } from "../../lib/config/nginx/syntax.ts";

/** Any text, often with signs that mean something to Nginx. */
const odd = (limits: { minLength?: number; maxLength?: number } = {}) =>
  fc.string({
    ...limits,
    unit: fc.oneof(
      fc.constantFrom(...`"'\\$\{};#~ /\n`),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
  });

/** Nginx's own reading of a quoted word (ngx_conf_read_token): a backslash keeps a quote or a backslash. */
const unquoted = (word: string) => word.slice(1, -1).replace(/\\(["\\])/g, "$1");

Deno.test("a quoted word ends where it should, and is read back", () => {
  fc.assert(
    fc.property(odd(), (text) => {
      const word = quote(text);
      assert.match(word, /^"([^"\\]|\\[^])*"$/);
      assert.equal(unquoted(word), text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a literal matches its text and nothing else", () => {
  const ascii = fc.string({ unit: "binary-ascii", minLength: 1 });
  fc.assert(
    fc.property(ascii, fc.nat(), (text, at) => {
      const expression = new RegExp(`^${literal(text)}$`, "s");
      assert.ok(expression.test(text), JSON.stringify(text));
      const i = at % text.length, sign = text[i] === "x" ? "y" : "x";
      for (
        const other of [
          `${text.slice(0, i)}${sign}${text.slice(i + 1)}`,
          text.slice(0, i) + text.slice(i + 1),
        ]
      ) {
        assert.ok(!expression.test(other), JSON.stringify([text, other]));
      }
    }),
    { numRuns: 2_000 },
  );
});

const rule = fc.oneof(
  fc.record({
    kind: fc.constant("header" as const),
    name: fc.oneof(fc.constant("x-user"), fc.string({ maxLength: 20 })),
    operator: fc.constantFrom("Exact" as const, "Regex" as const),
    value: odd({ minLength: 1, maxLength: 60 }),
  }),
  fc.record({
    kind: fc.constant("path" as const),
    operator: fc.constantFrom("Exact" as const, "Prefix" as const, "Regex" as const),
    value: odd({ maxLength: 60 }).map((text) => `/${text}`),
  }),
);

Deno.test("no accepted match adds a line, a block or a directive to nginx.conf", () => {
  const upstream = "10.0.0.9:10000";
  const confOf = (match: Match) =>
    nginxConf([{
      ...{ port: 80, listen: 8080, protocol: "TCP", kind: "http", probes: "original" },
      original: { addresses: ["10.1.0.5"], port: 80 },
      routes: [{ bridge: "b", match, fallback: false, upstream }],
    }]);
  /** With every quoted word emptied. */
  const skeleton = (conf: string) => conf.replace(/"([^"\\]|\\[^])*"/g, '""');
  const plain = (
    kind: "header" | "path",
    operator: string,
  ): Match => [[
    (kind === "header"
      ? { kind, name: "x-user", operator, value: "a" }
      : { kind, operator, value: "/a" }) as Match[0][0],
  ]];
  let accepted = 0;
  fc.assert(
    fc.property(rule, (rule) => {
      const match = [[rule]] as Match;
      if (matchProblems(match).length) return;
      accepted++;
      const found = skeleton(confOf(match)), expected = skeleton(confOf(plain(rule.kind, rule.operator)));
      assert.equal(found.split("\n").length, expected.split("\n").length, JSON.stringify(rule));
      assert.equal(found.replaceAll(/[^{};]/g, ""), expected.replaceAll(/[^{};]/g, ""), JSON.stringify(rule));
    }),
    { numRuns: 2_000 },
  );
  assert.ok(accepted > 200, `${accepted}`);
});
