import assert from "node:assert/strict";
import { existing, wanted } from "./bridge-fixture.ts";
import { isSame } from "./same.ts";
import type { BridgeOptions } from "./validate.ts";

Deno.test("a bridge is the same if it does what the options say", () => {
  assert.ok(isSame(wanted, existing()));
  assert.ok(isSame({ ...wanted, target: { ...wanted.target, container: "nginx" } }, existing()));
  const differing: Partial<BridgeOptions>[] = [
    { app: "other" },
    { target: { kind: "StatefulSet", name: "web" } },
    { target: { kind: "Deployment", name: "web", container: "sidecar" } },
    { ports: [{ remote: 80, local: 9000, protocol: "TCP" }] },
    { match: [[{ kind: "path", operator: "Prefix", value: "/api" }]] },
    { mode: "replace" },
    { fallback: true },
    { mirror: true },
  ];
  for (const more of differing) assert.ok(!isSame({ ...wanted, ...more }, existing()), JSON.stringify(more));
  assert.ok(isSame({ ...wanted, fallback: true }, existing({ fallback: true })));
});
