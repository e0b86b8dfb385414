import assert from "node:assert/strict";
import type { V1ServicePort, V1ServiceSpec } from "@kubernetes/client-node";
import { leads } from "./services.ts";

const labels = { app: "web", version: "1" };
const pod = {
  containers: [{ name: "web", ports: [{ name: "http", containerPort: 8080 }] }],
  initContainers: [{
    name: "proxy",
    restartPolicy: "Always",
    ports: [{ name: "admin", containerPort: 9000 }],
  }],
};

function led(spec: V1ServiceSpec, port = 8080, protocol = "TCP"): boolean {
  return leads([{ spec }], labels, pod, { port, protocol });
}

Deno.test("a Service leads to a port that one of its own means, in a pod that it selects", () => {
  const selector = { app: "web" };
  const to = (port: V1ServicePort) => ({ selector, ports: [port] });
  const table: [string, boolean, boolean][] = [
    ["by number", led(to({ port: 80, targetPort: 8080 })), true],
    ["by name", led(to({ port: 80, targetPort: "http" })), true],
    ["by the name of a sidecar's", led(to({ port: 80, targetPort: "admin" }), 9000), true],
    ["by its own number", led(to({ port: 8080 })), true],
    ["to another port", led(to({ port: 8080, targetPort: 80 })), false],
    ["by a name that means nothing", led(to({ port: 8080, targetPort: "grpc" })), false],
    ["over another protocol", led(to({ port: 8080, protocol: "UDP" })), false],
    ["headless, without ports", led({ selector, clusterIP: "None" }), true],
    ["to other pods", led({ selector: { app: "db" }, ports: [{ port: 8080 }] }), false],
    ["without a selector", led({ ports: [{ port: 8080 }] }), false],
    ["to another name", led({ type: "ExternalName", selector, ports: [{ port: 8080 }] }), false],
  ];
  for (const [name, found, expected] of table) assert.equal(found, expected, name);
});
