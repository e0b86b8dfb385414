/** `spec.match` of a GefyraBridge: which requests it takes. */
import { HEADER_NAME, MATCH_VALUE, matchLimits, METHOD } from "./match-limits.ts";
import { either, list, object, oneOf, text } from "./schema.ts";

const kind = <const K extends string>(one: K) => oneOf([one], { maxLength: 6 });
const operator = <const O extends readonly string[]>(all: O) => oneOf(all, { maxLength: 6 });
const value = () => text({ minLength: 1, maxLength: matchLimits.value, pattern: MATCH_VALUE });

const header = () =>
  object({
    kind: kind("header"),
    name: text({
      maxLength: matchLimits.name,
      pattern: HEADER_NAME,
      description: "Of the header; its case does not count",
    }),
    operator: operator(["Exact", "Regex"]),
    value: value(),
  });
const path = () =>
  object({ kind: kind("path"), operator: operator(["Exact", "Prefix", "Regex"]), value: value() });
const method = () => object({ kind: kind("method"), operator: operator(["Exact"]), value: value() });

const rule = () =>
  either([header(), path(), method()], {
    "x-kubernetes-validations": [
      {
        rule: "(self.kind == 'header') == has(self.name)",
        message: "a header needs a name, and no other kind has one",
      },
      { rule: "self.operator != 'Prefix' || self.kind == 'path'", message: "Prefix works with paths only" },
      {
        rule: "self.kind != 'method' || self.operator == 'Exact'",
        message: "a method needs the operator Exact",
      },
      {
        rule: `self.kind != 'method' || self.value.matches('${METHOD}')`,
        message: "a method must be upper case",
      },
      {
        rule: "self.kind != 'path' || self.operator == 'Regex' || self.value.startsWith('/')",
        message: "a path must begin with /",
      },
    ],
  });

export const matchSchema = () =>
  list(list(rule(), { minItems: 1, maxItems: matchLimits.rules }), {
    minItems: 1,
    maxItems: matchLimits.groups,
    description:
      "Only requests are taken that match all rules of one of the groups; all requests when absent",
    "x-kubernetes-validations": [{
      rule: `self.map(group, group.map(rule, size(rule.value)).sum()).sum() <= ${matchLimits.all}`,
      message: `the values of all rules have more than ${matchLimits.all} characters together`,
    }],
  });
