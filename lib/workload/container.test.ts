import assert from "node:assert/strict";
import type { V1Container, V1PodSpec, V1ServicePort } from "@kubernetes/client-node";
import { planContainer } from "./container.ts";
import { parsePort } from "./ports.ts";

const web: V1Container = { name: "web", ports: [{ name: "http", containerPort: 8080 }] };
const metrics: V1Container = { name: "metrics", ports: [{ containerPort: 9090 }] };
const init: V1Container = { name: "migrate" };
const proxy: V1Container = { name: "proxy", restartPolicy: "Always", ports: [{ containerPort: 15001 }] };
const one: V1PodSpec = { containers: [web] };
const several: V1PodSpec = { containers: [web, metrics], initContainers: [init, proxy] };

function chosen(pod: V1PodSpec, name?: string, servicePorts?: V1ServicePort[], port = "80"): string {
  const found = planContainer(pod, name, { ports: [parsePort(port)], servicePorts });
  return "reasons" in found
    ? found.reasons.join()
    : `${found.container.name}${found.sidecar ? " (sidecar)" : ""}`;
}

Deno.test("a container is named, or is the only one", () => {
  const table: [V1PodSpec, string | undefined, string][] = [
    [one, undefined, "web"],
    [one, "web", "web"],
    [several, "metrics", "metrics"],
    [several, "proxy", "proxy (sidecar)"],
    [{ containers: [web], initContainers: [init, proxy] }, undefined, "web"],
    [several, undefined, "the pods have 2 containers, and none is named (there are: web, metrics)"],
    [several, "migrate", '"migrate" is an init container: it ends before the pod gets any traffic'],
    [several, "db", 'the pods have no container "db" (there are: web, metrics, proxy)'],
  ];
  for (const [pod, name, expected] of table) assert.equal(chosen(pod, name), expected);
});

Deno.test("the port of a Service leads to the container that declares it", () => {
  const to = (targetPort: number | string): V1ServicePort[] => [{ port: 80, targetPort }];
  const unclear = "the pods have 2 containers, and none is named (there are: web, metrics)";
  const table: [V1PodSpec, V1ServicePort[], string][] = [
    [several, to("http"), "web"],
    [several, to(8080), "web"],
    [several, to(9090), "metrics"],
    [several, to(15001), "proxy (sidecar)"],
    [several, to(1), unclear],
    [several, [{ port: 81, targetPort: 8080 }], unclear],
    [one, to(1), "web"],
    [several, [{ port: 80, targetPort: 8080, protocol: "UDP" }], unclear],
  ];
  assert.equal(chosen(several, undefined, [], "9090"), "metrics", "headless, without ports");
  for (const [pod, ports, expected] of table) assert.equal(chosen(pod, undefined, ports), expected);
  assert.equal(chosen(several, "metrics", to(8080)), "metrics", "a name comes first");
});
