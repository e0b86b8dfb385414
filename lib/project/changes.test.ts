import assert from "node:assert/strict";
import type { GefyraBridge } from "../api/bridge.ts";
import type { BridgeOptions } from "../bridge/validate.ts";
import { appChange, bridgeChange, isSame } from "./changes.ts";

const found = (state: string, applied?: string) => ({ name: "api", state, applied });

Deno.test("an app is created, started, replaced or left as it is; one of `gefyra run` is not the file's", () => {
  assert.equal(appChange("a", undefined), "create");
  assert.equal(appChange("a", found("running", "a")), "none");
  assert.equal(appChange("a", found("restarting", "a")), "none");
  assert.equal(appChange("a", found("exited", "a")), "start");
  assert.equal(appChange("a", found("exited", "b")), "replace");
  assert.equal(appChange("a", found("running")), undefined);
});

const wanted: BridgeOptions = {
  name: "b",
  app: "api",
  namespace: "shop",
  target: { kind: "Deployment", name: "web", container: undefined },
  ports: [{ remote: 80, local: 8000, protocol: "TCP" }],
};

const existing = (spec: object = {}) =>
  ({
    metadata: { name: "b", namespace: "shop" },
    spec: {
      client: "c",
      // As an API server returns it: other order, and the container that was chosen.
      destination: { address: "1.2.3.4", name: "api" },
      ports: [{ protocol: "TCP", local: 8000, remote: 80 }],
      target: { container: "nginx", name: "web", kind: "Deployment" },
      ...spec,
    },
  }) as unknown as GefyraBridge;

Deno.test("a bridge is the same if it does what the file says", () => {
  assert.ok(isSame(wanted, existing()));
  assert.ok(isSame({ ...wanted, target: { ...wanted.target, container: "nginx" } }, existing()));
  const differing: Partial<BridgeOptions>[] = [
    { app: "other" },
    { target: { kind: "StatefulSet", name: "web" } },
    { target: { kind: "Deployment", name: "web", container: "sidecar" } },
    { ports: [{ remote: 80, local: 9000, protocol: "TCP" }] },
    { match: [{ paths: [{ prefix: "/api" }] }] as never },
    { mode: "replace" },
    { fallback: true },
  ];
  for (const more of differing) assert.ok(!isSame({ ...wanted, ...more }, existing()), JSON.stringify(more));
  assert.ok(isSame({ ...wanted, fallback: true }, existing({ fallback: true })));
});

Deno.test("a bridge follows an app that is created anew", () => {
  assert.equal(bridgeChange(wanted, undefined, false), "create");
  assert.equal(bridgeChange(wanted, existing(), false), "none");
  assert.equal(bridgeChange(wanted, existing(), true), "replace");
  assert.equal(bridgeChange({ ...wanted, app: "x" }, existing(), false), "replace");
});
