import assert from "node:assert/strict";
import { GefyraError } from "../errors.ts";
import { type Match, matchProblems, matchText, parseMatch, sameMatch } from "./match.ts";
import { matchLimits } from "./match-limits.ts";

Deno.test("every form of a rule is read, and written the same", () => {
  const table: [string, Match[number][number]][] = [
    ["header:x-user=alice", { kind: "header", name: "x-user", operator: "Exact", value: "alice" }],
    ["header:X-User~^a.*e$", { kind: "header", name: "X-User", operator: "Regex", value: "^a.*e$" }],
    ["header:cookie~user=alice", { kind: "header", name: "cookie", operator: "Regex", value: "user=alice" }],
    ["header:q=a~b=c", { kind: "header", name: "q", operator: "Exact", value: "a~b=c" }],
    ["path:/api", { kind: "path", operator: "Prefix", value: "/api" }],
    ["path:=/api", { kind: "path", operator: "Exact", value: "/api" }],
    ["path:~^/v[12]/", { kind: "path", operator: "Regex", value: "^/v[12]/" }],
    ["path:/käse $1;}", { kind: "path", operator: "Prefix", value: "/käse $1;}" }],
    ["method:GET", { kind: "method", operator: "Exact", value: "GET" }],
  ];
  for (const [text, rule] of table) {
    assert.deepEqual(parseMatch([[text]]), [[rule]], text);
    assert.equal(matchText([[rule]]), text);
  }
  assert.deepEqual(parseMatch([["method:post"]]), [[{ kind: "method", operator: "Exact", value: "POST" }]]);
});

Deno.test("rules of a group stand together, groups apart", () => {
  const match = parseMatch([["header:x-user=alice", "path:/api"], ["header:x-debug=1"]]);
  assert.equal(match.length, 2);
  assert.equal(matchText(match), "header:x-user=alice path:/api or header:x-debug=1");
});

Deno.test("what is not a rule is refused", () => {
  const table: [string, string][] = [
    ["x-user=alice", '"x-user=alice" is not a rule'],
    ["header:x-user", '"header:x-user" is not a rule'],
    ["query:a=b", '"query:a=b" is not a rule'],
    ["header:=a", `"header:=a": the header's name is invalid`],
    ["header:x user=a", `"header:x user=a": the header's name is invalid`],
    ['header:x";=a', `"header:x";=a": the header's name is invalid`],
    ["header:x$y=a", `"header:x$y=a": the header's name is invalid`],
    [`header:${"x".repeat(129)}=a`, `"header:${"x".repeat(129)}=a": the header's name is too long`],
    ["header:x=", '"header:x=": its value is empty'],
    ["header:x=a\nb", '"header:x=a\nb": it has a control character'],
    ["header:x=\0", '"header:x=\0": it has a control character'],
    ["header:x~(", '"header:x~(": it is not a regular expression'],
    [`path:/${"x".repeat(1000)}`, `"path:/${"x".repeat(1000)}": it is longer than 1000 characters`],
    ["path:api", '"path:api": a path must begin with /'],
    ["path:=api", '"path:=api": a path must begin with /'],
    ["path:/a?b", '"path:/a?b": a path has no query'],
    ["method:G T", '"method:G T": the method is invalid'],
    ["method:", '"method:": its value is empty'],
  ];
  for (const [text, problem] of table) assert.deepEqual(problemsOf([[text]]), problem, text);
});

Deno.test("all problems are reported at once, with the exit code of a wrong command line", () => {
  assert.equal(
    problemsOf([["what"], [], ["path:api"]]),
    '"what" is not a rule; "path:api": a path must begin with /; ' +
      "a group needs at least one rule; --or separates two groups",
  );
  const groups = Array.from({ length: matchLimits.groups + 1 }, () => ["method:GET"]);
  assert.equal(problemsOf(groups), "there are more than 16 groups");
  assert.equal(problemsOf([groups.flat()]), "a group has more than 16 rules");
});

Deno.test("a match that did not come from the command line is checked as well", () => {
  const rule = { kind: "header", name: "x\ny", operator: "Exact", value: "a" } as const;
  assert.deepEqual(matchProblems([[rule]]), [`"header:x\ny=a": the header's name is invalid`]);
  assert.equal(matchProblems([]).length, 1);
});

Deno.test("regular expressions are those that Nginx understands too", () => {
  const good = [
    "^a",
    "(?i)alice",
    "a|b",
    "(?:a)(b)",
    "(?=a)(?!b)",
    "[a-z_.-]+",
    "\\d{2,3}",
    "\\/\\.\\-\\\\p",
    "[^/]*",
    "^[äöü]+$",
    "[😀-😂]",
  ];
  for (const value of good) assert.deepEqual(matchProblems([[path(value)]]), [], value);
  const bad = [
    "(?<uri>a)",
    "(?P<a>b)",
    "(?<=a)b",
    "(?>a)",
    "(a)\\1",
    "\\k<a>",
    "\\pL",
    "\\Qa\\E",
    "\\x{41}",
    "\\u0041",
  ];
  bad.push("[[:alpha:]]", "[]a]", "[^]", "(*LIMIT)", "a(?i)b", "a**", "[z-a]", "(", "a\\", "[a-\\d]", "\\x4");
  bad.push("a{70000}", "(a{1000}){1000}", "(".repeat(101) + ")".repeat(101));
  for (const value of bad) assert.equal(matchProblems([[path(value)]]).length, 1, value);
});

Deno.test("matches are the same in any order, and with header names in any case", () => {
  const same: [string[][], string[][]][] = [
    [[["header:X-User=a", "path:/b"]], [["path:/b", "header:x-user=a"]]],
    [[["method:GET"], ["path:/b"]], [["path:/b"], ["method:GET"]]],
    [[["header:x_user=a"]], [["header:x-user=a"]]],
    [[["path:/b", "path:/b"]], [["path:/b"]]],
  ];
  for (const [one, other] of same) assert.ok(sameMatch(parseMatch(one), parseMatch(other)), String(one));
  const different: [string[][], string[][]][] = [
    [[["header:x=a"]], [["header:x=A"]]],
    [[["header:x=a"]], [["header:x~a"]]],
    [[["path:/b"]], [["path:=/b"]]],
    [[["method:GET", "path:/b"]], [["method:GET"], ["path:/b"]]],
    [[["method:GET"]], [["method:GET"], ["path:/b"]]],
  ];
  for (const [one, other] of different) {
    assert.ok(!sameMatch(parseMatch(one), parseMatch(other)), String(one));
  }
});

const path = (value: string) => ({ kind: "path", operator: "Regex", value }) as const;

function problemsOf(groups: string[][]): string {
  try {
    parseMatch(groups);
  } catch (error) {
    assert.ok(error instanceof GefyraError);
    assert.deepEqual([error.id, error.exit], ["match-invalid", "usage"]);
    return error.message.replace("Cannot match requests: ", "");
  }
  throw new Error("nothing is wrong");
}

Deno.test("the values of one match are limited together", () => {
  const groups = (count: number) => Array.from({ length: count }, (_, i) => [`path:~${"ü".repeat(990)}${i}`]);
  assert.deepEqual(matchProblems(parseMatch(groups(16))), []);
  const two = groups(16).map((rules) => [...rules, ...rules]);
  assert.deepEqual(matchProblems(parseMatch(two)), ["all values have more than 16384 characters together"]);
});
