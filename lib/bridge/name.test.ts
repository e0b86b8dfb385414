import assert from "node:assert/strict";
import { checkObjectName } from "../api/object-names.ts";
import { defaultBridgeName } from "./name.ts";

Deno.test("the default name of a bridge is valid for every container name", () => {
  const table: [string, string, string][] = [
    ["mypyserver", "web", "mypyserver-web"],
    ["app.v2", "web", "app.v2-web"],
    ["My_App", "web", "my-app-web"],
    ["a_", "web", "a-web"],
    ["a__b..", "web.blue", "a-b-web-blue"],
    ["a".repeat(80), "web", `${"a".repeat(80)}-web`],
    ["A".repeat(252), "web", "a".repeat(252)],
    ["A".repeat(300), "web", "a".repeat(253)],
  ];
  for (const [app, target, expected] of table) {
    assert.equal(defaultBridgeName(app, target), expected);
    checkObjectName("bridge", expected);
  }
});
