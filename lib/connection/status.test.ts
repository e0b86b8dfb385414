import assert from "node:assert/strict";
import type { Network } from "../docker/engine.ts";
import type { ObservedBridge } from "../bridge/observe.ts";
import { bridgeState, isConnected, STALE_AFTER_S, transportOf } from "./status.ts";

const network = { name: "gefyra-lab", subnets: ["172.18.0.0/16"] } as Network;

for (
  const [endpoint, expected] of [
    ["172.18.0.2:31820", "Docker network gefyra-lab"],
    ["172.19.0.2:31820", "UDP"],
    ["127.0.0.1:51821", "API server"],
    ["[2001:db8::1]:31820", "UDP"],
  ] as const
) {
  Deno.test(`transport: ${endpoint} is reached over ${expected}`, () => {
    assert.equal(transportOf(endpoint, [undefined, network]), expected);
  });
}

Deno.test("connected means: a recent handshake, a client in the cluster, and a running Stowaway", () => {
  const heard = (handshakeAgeSeconds?: number) => ({
    running: true,
    ...(handshakeAgeSeconds === undefined ? {} : { handshakeAgeSeconds }),
  });
  const cluster = { reachable: true, operator: true, stowaway: true, client: "Connected" };
  assert.equal(isConnected(heard(1), cluster), true);
  assert.equal(isConnected(heard(1), { ...cluster, operator: false }), true, "the tunnel needs no operator");
  assert.equal(isConnected(heard(1), { ...cluster, stowaway: false }), false);
  assert.equal(
    isConnected(heard(1), { ...cluster, client: "Removing" }),
    false,
    "it goes with its namespace",
  );
  assert.equal(isConnected(heard(1), { reachable: true, stowaway: true }), false);
  const unseen = { reachable: true, client: "Connected", unknown: { stowaway: "needs a right" } };
  assert.equal(isConnected(heard(1), unseen), true, "who may not look trusts the tunnel");
  assert.equal(isConnected(heard(1), { reachable: false }), false);
  assert.equal(isConnected(heard(STALE_AFTER_S), cluster), false);
  assert.equal(isConnected(heard(), cluster), false);
});

Deno.test("a bridge in the status: target, app, phase, and problems on this machine", () => {
  const problems = [{ message: 'app "app" is gone', remedy: "start it" }];
  const bridge = {
    metadata: { namespace: "shop", name: "web-bridge" },
    spec: {
      target: { kind: "Deployment", name: "web" },
      destination: { name: "app", address: "198.18.1.10" },
    },
    status: {
      phase: "Pending",
      pods: [{ state: "Active" }, { state: "Switching" }],
      conditions: [{ type: "Ready", message: "1 of 2 pods are bridged" }],
    },
    problems,
  } as unknown as ObservedBridge;
  assert.deepEqual(bridgeState(bridge), {
    ...{ namespace: "shop", name: "web-bridge", target: "deployment/web", app: "app", problems },
    ...{ phase: "Pending", pods: "1/2", message: "1 of 2 pods are bridged" },
  });
  const active = (reason: string, message: string) => {
    const conditions = [{ type: "Ready", reason, message }];
    return bridgeState({ ...bridge, status: { phase: "Active", conditions } } as unknown as ObservedBridge);
  };
  assert.equal(active("Bridged", "2 of 2 pods are bridged").message, "");
  for (const more of ["1 of 2 pods are bridged", "2 of 2 pods are bridged; pod a is not ready"]) {
    assert.equal(active("PartlyBridged", more).message, more);
  }
  const tls = "1 of 1 pods are bridged; port https (443) speaks TLS";
  assert.equal(active("UnreadableTraffic", tls).message, tls);
  const { status: _, ...young } = bridge;
  const { phase, pods, message } = bridgeState(young as ObservedBridge);
  assert.deepEqual([phase, pods, message], ["Pending", "0/0", ""]);
});
