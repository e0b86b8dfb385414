/** Schema of `spec.match` of a GefyraBridge: groups of rules, see lib/api/match.ts. */
import { HEADER_NAME, MATCH_VALUE, matchLimits, METHOD } from "./match.ts";

const rule = {
  type: "object",
  required: ["kind", "operator", "value"],
  properties: {
    kind: { type: "string", enum: ["header", "path", "method"], maxLength: 6 },
    name: {
      type: "string",
      maxLength: matchLimits.name,
      pattern: HEADER_NAME,
      description: "Of the header; its case does not count",
    },
    operator: { type: "string", enum: ["Exact", "Prefix", "Regex"], maxLength: 6 },
    value: { type: "string", minLength: 1, maxLength: matchLimits.value, pattern: MATCH_VALUE },
  },
  "x-kubernetes-validations": [
    {
      rule: "(self.kind == 'header') == has(self.name)",
      message: "a header has a name, and nothing else has one",
    },
    { rule: "self.operator != 'Prefix' || self.kind == 'path'", message: "Prefix is for paths" },
    { rule: "self.kind != 'method' || self.operator == 'Exact'", message: "a method is Exact" },
    {
      rule: `self.kind != 'method' || self.value.matches('${METHOD}')`,
      message: "a method is written in capitals",
    },
    {
      rule: "self.kind != 'path' || self.operator == 'Regex' || self.value.startsWith('/')",
      message: "a path begins with /",
    },
  ],
};

export const matchSchema = {
  type: "array",
  minItems: 1,
  maxItems: matchLimits.groups,
  description: "Only requests are taken that match all rules of one of the groups; all requests when absent",
  items: { type: "array", minItems: 1, maxItems: matchLimits.rules, items: rule },
};
