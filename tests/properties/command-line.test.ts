/** Whatever a user types is parsed, or refused with one clear error; nothing else is ever thrown. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { checkObjectName } from "../../lib/api/object-names.ts";
import { matchProblems, matchText, parseMatch, sameMatch } from "../../lib/api/match.ts";
import { splitWords } from "../../lib/app/command-line.ts";
import { environment } from "../../lib/app/env/own.ts";
import { checkConnectionName } from "../../lib/connection/connection.ts";
import { checkImageName } from "../../lib/docker/images.ts";
import { GefyraError } from "../../lib/errors.ts";
import { parseValues } from "../../lib/install/values.ts";
import { checkLabName } from "../../lib/lab/nodes.ts";
import { parsePort, parsePorts, portText } from "../../lib/workload/ports.ts";
import { parseTarget } from "../../lib/workload/target.ts";

const any = fc.string({ unit: "binary", maxLength: 300 });
/** Strings that are nearly what a parser expects, which go deeper into it than random ones. */
const like = (...parts: string[]) =>
  fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...parts) }, any), { maxLength: 8 })
    .map((pieces) => pieces.join(""));

const parsers: [name: string, parse: (text: string) => unknown, texts: fc.Arbitrary<string>][] = [
  ["--port", parsePort, like("80", ":", "http", "/udp", "65535", "0", "-")],
  ["--ports", (text) => parsePorts(text.split(",")), like("80:8000", ",", "53/udp", "http:1")],
  ["--target", parseTarget, like("deployment", "/", "web", "pod", "svc", ".")],
  [
    "--match",
    (text) => parseMatch([text.split(" ")]),
    like("header:", "x-a", "=", "~", "path:", "/", "(", "+", "[", " "),
  ],
  ["-c", splitWords, like("'", '"', "\\", " ", "sh", "$")],
  ["--env", (text) => environment([text], () => undefined), like("A", "=", "\n")],
  [
    "--values",
    (text) => parseValues(text, "values.yaml"),
    like("operator", ":", "\n", " ", "resources", "- ", "{", "&a", "*a", "!!js"),
  ],
  ["names", (text) => checkObjectName("namespace", text), like("a", "-", ".", "A")],
  ["connections", checkConnectionName, like("a", "-", "_")],
  ["images", checkImageName, like("nginx", ":", "@sha256:", "/", "A")],
  ["labs", checkLabName, like("a", "-", "9")],
];

/** The milliseconds are no aim; an input that takes longer has met an expression that explodes. */
const LONGEST_MS = 2_000;

for (const [name, parse, texts] of parsers) {
  Deno.test(`${name}: any text is parsed, or refused as a usage error`, () => {
    fc.assert(
      fc.property(fc.oneof(texts, any), (text) => {
        const start = performance.now();
        try {
          parse(text);
        } catch (error) {
          assert.ok(error instanceof GefyraError, `${JSON.stringify(text)}: ${error}`);
          assert.equal(error.exit, "usage", error.message);
        }
        assert.ok(performance.now() - start < LONGEST_MS, JSON.stringify(text));
      }),
      { numRuns: 500 },
    );
  });
}

Deno.test("--port: what is parsed is what was written", () => {
  const port = fc.integer({ min: 1, max: 65535 }), protocol = fc.constantFrom("TCP", "UDP");
  fc.assert(fc.property(port, port, protocol, (remote, local, protocol) => {
    const text = `${remote}:${local}${protocol === "UDP" ? "/udp" : ""}`;
    assert.deepEqual(parsePort(text), { remote, local, protocol });
    assert.equal(portText(parsePort(text)), protocol === "UDP" ? `${remote}/udp` : `${remote}`);
  }));
});

Deno.test("--match: a rule that is accepted is the same after it was printed", () => {
  const rules = fc.array(like("header:x-", "a", "=", "path:/", "method:GET", "~"), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(rules, (texts) => {
      let match;
      try {
        match = parseMatch([texts]);
      } catch {
        return;
      }
      assert.deepEqual(matchProblems(match), []);
      const again = parseMatch([match.flat().map((rule) => matchText([[rule]]))]);
      assert.ok(sameMatch(match, again), matchText(match));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("-c: words that are quoted as a shell does are read back", () => {
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(fc.property(fc.array(any, { maxLength: 6 }), (words) => {
    assert.deepEqual(splitWords(words.map(quoted).join(" ")), words);
  }));
});
