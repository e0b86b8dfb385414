import assert from "node:assert/strict";
import type { GefyraBridge } from "../api/bridge.ts";
import type { BridgeOptions } from "../bridge/validate.ts";
import { isAs, staleBridges } from "./bridges.ts";

const ports = [{ remote: 80, local: 8000, protocol: "TCP" as const }];
const match = [[{ kind: "path" as const, operator: "Prefix" as const, value: "/a" }]];
const wanted: BridgeOptions = {
  ...{
    name: "x",
    app: "shop-api-1",
    namespace: "prod",
    target: { kind: "Deployment", name: "api" },
    ports,
    match,
  },
};
const at = { client: "me", address: "198.18.4.9" };
const spec = {
  owner: "me",
  client: "me",
  target: { kind: "Deployment", name: "api", container: "api" },
  ports,
  match,
  destination: { name: "shop-api-1", address: "198.18.4.9" },
} as unknown as GefyraBridge["spec"];

Deno.test("a bridge that does what is wanted stays", () => {
  assert.ok(isAs({ spec }, wanted, at));
  const udp = { remote: 80, local: 8000, protocol: "UDP" as const };
  const others: Partial<BridgeOptions>[] = [
    { target: { kind: "Deployment", name: "web" } },
    { target: { kind: "Deployment", name: "api", container: "sidecar" } },
    { ports: [udp] },
    { match: undefined },
    { mode: "replace" },
    { app: "other" },
  ];
  for (const other of others) {
    assert.ok(!isAs({ spec }, { ...wanted, ...other }, at), JSON.stringify(other));
  }
  assert.ok(!isAs({ spec }, wanted, { ...at, client: "other" }));
  assert.ok(!isAs({ spec }, wanted, { ...at, address: "198.18.4.10" }));
});

Deno.test("a bridge that the project no longer has goes; one that the user has named stays", () => {
  const bridge = (name: string, app: string, target: string) => ({
    metadata: { name },
    spec: { destination: { name: app }, target: { name: target } } as unknown as GefyraBridge["spec"],
  });
  const stale = (name: string, app: string, target: string) =>
    staleBridges([bridge(name, app, target)], [{ app: "a", target: "api" }, { app: "b", target: undefined }])
      .length;
  assert.equal(stale("a-api", "a", "api"), 0);
  assert.equal(stale("a-web", "a", "web"), 1);
  assert.equal(stale("b-api", "b", "api"), 1);
  assert.equal(stale("mine", "a", "web"), 0);
  assert.equal(stale("c-web", "c", "web"), 0);
});
