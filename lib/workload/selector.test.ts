import assert from "node:assert/strict";
import type { V1LabelSelector } from "@kubernetes/client-node";
import { matches } from "./selector.ts";

const labels = { app: "web", tier: "front" };
const expression = (key: string, operator: string, ...values: string[]): V1LabelSelector => ({
  matchExpressions: [{ key, operator, values }],
});

Deno.test("selectors decide as the API server does", () => {
  const table: [string, V1LabelSelector | undefined, boolean][] = [
    ["none selects nothing", undefined, false],
    ["an empty one selects all", {}, true],
    ["equal labels", { matchLabels: { app: "web" } }, true],
    ["one label differs", { matchLabels: { app: "web", tier: "back" } }, false],
    ["a label is missing", { matchLabels: { zone: "a" } }, false],
    ["In", expression("app", "In", "api", "web"), true],
    ["In, other value", expression("app", "In", "api"), false],
    ["In, missing", expression("zone", "In", "a"), false],
    ["NotIn", expression("app", "NotIn", "api"), true],
    ["NotIn, same value", expression("app", "NotIn", "web"), false],
    ["NotIn, missing", expression("zone", "NotIn", "a"), true],
    ["Exists", expression("app", "Exists"), true],
    ["Exists, missing", expression("zone", "Exists"), false],
    ["DoesNotExist", expression("zone", "DoesNotExist"), true],
    ["DoesNotExist, there", expression("app", "DoesNotExist"), false],
    ["an unknown operator selects nothing", expression("app", "Like", "w"), false],
    ["both parts must fit", { matchLabels: { app: "web" }, ...expression("tier", "In", "back") }, false],
  ];
  for (const [name, selector, expected] of table) assert.equal(matches(selector, labels), expected, name);
});

Deno.test("a pod without labels fits only what asks for none", () => {
  assert.equal(matches({ matchLabels: { app: "web" } }, undefined), false);
  assert.equal(matches(expression("app", "DoesNotExist"), undefined), true);
});
