import assert from "node:assert/strict";
import type { V1Deployment } from "@kubernetes/client-node";
import { operator } from "./workloads.ts";

const images = { registry: "my.registry/team", tag: "9.9" };

Deno.test("half of the operator's memory is for its objects, also where an administrator gives it more", () => {
  const heap = (memory?: string) => {
    const own = memory ? { resources: { limits: { memory } } } : {};
    const made = operator({ namespace: "bridges", images, operator: own }) as V1Deployment;
    const env = made.spec?.template.spec?.containers[0]?.env;
    return env?.find(({ name }) => name === "DENO_V8_FLAGS")?.value;
  };
  assert.equal(heap(), "--max-old-space-size=256");
  assert.equal(heap("1Gi"), "--max-old-space-size=512");
});
