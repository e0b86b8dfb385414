import type { V1Service } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { serviceOptions } from "./service.ts";

const service = (type: string, nodePort: number, port = 51820): V1Service => ({
  metadata: { annotations: { cost: "low" } },
  spec: { type, ports: [{ port, nodePort, protocol: "UDP" }] },
});

Deno.test("a service is as requested, else unchanged, else a NodePort", () => {
  const balanced = { type: "LoadBalancer" as const, port: 443 };
  assert.deepEqual(serviceOptions(undefined, undefined), { type: "NodePort" });
  assert.deepEqual(serviceOptions(undefined, balanced), balanced);
  assert.deepEqual(serviceOptions(service("NodePort", 31820), balanced), balanced);
  assert.deepEqual(serviceOptions(service("LoadBalancer", 31820, 443), undefined), {
    ...balanced,
    annotations: { cost: "low" },
  });
});

Deno.test("a node port that the cluster has picked stays", () => {
  const picked = { type: "NodePort" as const, anyNodePort: true };
  assert.deepEqual(serviceOptions(service("NodePort", 30123), undefined), picked);
  assert.deepEqual(serviceOptions(service("NodePort", 30123), { type: "NodePort" }), picked);
});
