import assert from "node:assert/strict";
import { GefyraError } from "../../lib/errors.ts";
import { rfcPath } from "./path.ts";
import { filled, parseTemplate } from "./template.ts";

const data = {
  kind: "List",
  items: [
    { metadata: { name: "one", labels: { "app.kubernetes.io/name": "shop" } }, ports: [80, 443], up: true },
    { metadata: { name: "two", "it's": 1 }, "last-seen": 2.5, ports: [] },
  ],
};

Deno.test("a template gives what kubectl's gives", () => {
  const table: [string, string][] = [
    ["{.kind}", "List"],
    ["{$.kind}{@.kind}", "ListList"],
    ["kind is {.kind}.", "kind is List."],
    ["{.items[*].metadata.name}", "one two"],
    ["{ .items[0].metadata.name }", "one"],
    ["{['kind']}", "List"],
    ["{.items[-1].metadata.name}", "two"],
    ["{.items[0:1].metadata.name}", "one"],
    ["{.items[0,1].metadata.name}", "one two"],
    ["{..name}", "one two"],
    ["{.items[0].metadata.labels.app\\.kubernetes\\.io/name}", "shop"],
    ["{.items[1].last-seen}", "2.5"],
    ["{.items[1].metadata['it\\'s']}", "1"],
    ["{.items[0].ports}", "[80,443]"],
    ["{.items[0].ports[*]}", "80 443"],
    ["{.items[0].up}", "true"],
    ["{.items[1].metadata}", `{"name":"two","it's":1}`],
    ['{.items[?(@.metadata.name=="two")].last-seen}', "2.5"],
    ["{.items[?(@.last-seen > 2.4)].metadata.name}", "two"],
    ["{.items[?(@.up)].metadata.name}", "one"],
    [
      "{.items[*]['metadata', 'up']}",
      `${JSON.stringify(data.items[0]!.metadata)} true {"name":"two","it's":1}`,
    ],
    ["{.items[*].nothing}{.nothing.at.all}", ""],
    ["{range .items[*]}{.metadata.name}{'\\t'}{.ports[0]}{\"\\n\"}{end}", "one\t80\ntwo\t\n"],
    ["{range .items[*]}[{range .ports[*]}<{@}>{end}]{end}", "[<80><443>][]"],
    ['{"}"}{.kind}{"{"}', "}List{"],
  ];
  for (const [template, expected] of table) {
    assert.equal(filled(parseTemplate(template), data), expected, template);
  }
});

Deno.test("a template that cannot be used says what is wrong with it", () => {
  const table: [string, RegExp][] = [
    ["", /it has no path in braces/],
    [".kind", /it has no path in braces/],
    ["{.kind", /"\{\.kind" is not closed/],
    ["{kind}", /"kind" is no path: begin it with a dot/],
    ["{}", /the braces are empty/],
    ["{.items[}", /"\.items\[": /],
    ["{.items[?(@.a==]}", /"\.items\[\?\(@\.a==\]": /],
    ["{range .items[*]}{.kind}", /\{range …\} has no \{end\}/],
    ["{.kind}{end}", /\{end\} has no \{range …\}/],
    ['{"\\x"}', /is no text/],
  ];
  for (const [template, reason] of table) {
    assert.throws(() => parseTemplate(template), (error) => {
      assert.ok(error instanceof GefyraError, String(error));
      assert.deepEqual([error.id, error.exit], ["output-invalid", "usage"]);
      assert.match(error.message, /^Cannot print with -o jsonpath='/);
      assert.match(error.message, reason);
      return true;
    }, template);
  }
});

Deno.test("kubectl's paths are read as RFC 9535's", () => {
  const table: [string, string][] = [
    [".a.b-c", "$['a']['b-c']"],
    ["@.a", "$['a']"],
    ["..a[*]", "$..['a'][*]"],
    [".*..[0]", "$.*..[0]"],
    ['.a[?(@.b=="x.y")]', `$['a'][?(@['b']=="x.y")]`],
  ];
  for (const [path, expected] of table) assert.equal(rfcPath(path), expected);
});
