import assert from "node:assert/strict";
import type { V1Container } from "@kubernetes/client-node";
import type { ModeName } from "../../api/modes.ts";
import { CONNECTIONS, connectionsFor } from "./connections.ts";

const limited = (name: string, memory?: string): V1Container => ({
  name,
  ...(memory ? { resources: { limits: { memory } } } : {}),
});

Deno.test("Nginx may have as many connections as the memory allows, within bounds", () => {
  const { least, most } = CONNECTIONS;
  const table: [string, ModeName, V1Container[], number][] = [
    ["no limit", "beside", [limited("web")], most],
    ["a large one", "replace", [limited("web", "1Gi")], most],
    ["a middling one", "replace", [limited("web", "64Mi"), limited("other")], 9892],
    ["a small one", "replace", [limited("web", "8Mi")], least],
    ["beside, where not all have one", "beside", [limited("web", "32Mi"), limited("other")], most],
    ["beside, all have one", "beside", [limited("web", "32Mi"), limited("other", "32Mi")], 9892],
  ];
  for (const [name, mode, containers, expected] of table) {
    assert.equal(connectionsFor({ containers }, mode, "web"), expected, name);
  }
  assert.equal(connectionsFor(undefined, "beside", "web"), most);
});
