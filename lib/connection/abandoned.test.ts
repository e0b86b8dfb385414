import assert from "node:assert/strict";
import type { KubernetesObject } from "../api/objects.ts";
import { belongings } from "../config/manifests.ts";
import { WITH_CLIENTS_ANNOTATION } from "../names.ts";
import { judge } from "./abandoned.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const SECOND = 1_000, MINUTE = 60 * SECOND;
const made = (ago: number, mark = "true"): KubernetesObject[] =>
  belongings("gefyra").map((object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      creationTimestamp: new Date(now - ago),
      annotations: { [WITH_CLIENTS_ANNOTATION]: mark },
    },
  }));

for (
  const [state, found, clients, verdict] of [
    ["nothing", [], 0, "none"],
    ["an administrator's", made(10 * MINUTE, "false"), 0, "permanent"],
    ["that of others", made(10 * MINUTE), 2, "used"],
    ["one that is being made", made(30 * SECOND), 0, "new"],
    ["one without clients", made(10 * MINUTE), 0, "unused"],
    ["a namespace that nothing else is left of", made(10 * MINUTE).slice(0, 1), 0, "unused"],
  ] as const
) {
  Deno.test(`down without a connection finds ${state}: ${verdict}`, () => {
    assert.equal(judge([...found], clients, now), verdict);
  });
}
