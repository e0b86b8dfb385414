import assert from "node:assert/strict";
import type { V1Pod } from "@kubernetes/client-node";
import { identity, reducedPod } from "./reduce.ts";

Deno.test("a pod keeps what plans need, and none of what a user can make large", () => {
  const large = "x".repeat(100_000);
  const pod: V1Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...{ name: "web", uid: "1", resourceVersion: "2", labels: { app: "web" } },
      annotations: { "sidecar.istio.io/status": "{}", large },
      managedFields: [{ manager: large }],
    },
    spec: {
      containers: [{
        name: "web",
        image: "nginx",
        ports: [{ containerPort: 80 }],
        env: [{ name: "A", value: large }],
      }],
      initContainers: [{ name: "proxy", envFrom: [{ configMapRef: { name: large } }] }],
    },
    status: { podIP: "10.0.0.1" },
  };
  assert.deepEqual(reducedPod(pod), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...{ name: "web", uid: "1", resourceVersion: "2", labels: { app: "web" } },
      annotations: { "sidecar.istio.io/status": "{}", large: "x".repeat(1_000) },
    },
    spec: {
      containers: [{ name: "web", image: "nginx", ports: [{ containerPort: 80 }] }],
      initContainers: [{ name: "proxy" }],
    },
    status: { podIP: "10.0.0.1" },
  });
  assert.deepEqual(reducedPod({ apiVersion: "v1", kind: "Pod", metadata: { name: "bare" } }), {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "bare" },
  });
});

Deno.test("of a Service only its identity and version stay", () => {
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "a", labels: { b: "c" } },
    spec: {},
  };
  assert.deepEqual(identity(service).metadata?.name, "a");
  assert.deepEqual(Object.keys(identity(service)), ["apiVersion", "kind", "metadata"]);
  assert.equal(identity(service).metadata?.labels, undefined);
});
