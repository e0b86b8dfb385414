import assert from "node:assert/strict";
import { withoutState } from "./install.ts";

Deno.test("a status that a controller writes meanwhile is no change of what was installed", () => {
  const object = (resourceVersion: string, more: object = {}) => ({
    metadata: {
      name: "a",
      generation: 1,
      resourceVersion,
      managedFields: [{ time: new Date(+resourceVersion) }],
    },
    spec: { replicas: 1 },
    status: { observedGeneration: +resourceVersion },
    ...more,
  });
  assert.deepEqual(withoutState(object("1")), withoutState(object("2")));
  assert.notDeepEqual(withoutState(object("1")), withoutState(object("1", { spec: { replicas: 2 } })));
  const labelled = { metadata: { ...object("1").metadata, labels: { a: "b" } } };
  assert.notDeepEqual(withoutState(object("1")), withoutState(object("1", labelled)));
});
