import type { V1Service } from "@kubernetes/client-node";
import assert from "node:assert/strict";
import { refuseServiceChange, serviceOptions } from "./service.ts";
import { defaultImages } from "../images.ts";
import { manifests } from "../config/manifests.ts";

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

Deno.test("the service of an administrator's installation: a different request is refused", () => {
  const installed = manifests({ namespace: "gefyra", images: defaultImages });
  assert.throws(() => refuseServiceChange(installed, { type: "LoadBalancer" }), {
    id: "installation-permanent",
    message: 'Cannot change service "gefyra-stowaway": an administrator installed it, as NodePort',
  });
  refuseServiceChange(installed, { type: "NodePort" });
  refuseServiceChange(installed, undefined);
  refuseServiceChange([], { type: "LoadBalancer" });
  const balanced = manifests({
    namespace: "gefyra",
    images: defaultImages,
    service: { type: "LoadBalancer", port: 443, annotations: { cloud: "inner" } },
  });
  refuseServiceChange(balanced, { type: "LoadBalancer", port: 443 });
  for (const wish of [{ port: 444 }, { annotations: { cloud: "outer" } }]) {
    assert.throws(() => refuseServiceChange(balanced, { type: "LoadBalancer", ...wish }), {
      id: "installation-permanent",
    });
  }
});
