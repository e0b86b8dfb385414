import assert from "node:assert/strict";
import type { V1Container, V1ObjectMeta, V1PodSpec } from "@kubernetes/client-node";
import { meshOf } from "./mesh.ts";

const web: V1Container = { name: "web" };
const beside = (name: string, image?: string): V1PodSpec => ({
  containers: [web, { name, ...(image ? { image } : {}) }],
});
const native = (name: string): V1PodSpec => ({
  containers: [web],
  initContainers: [{ name, restartPolicy: "Always" }],
});
const annotated = (key: string, value = "1"): V1ObjectMeta => ({ annotations: { [key]: value } });
const AMBIENT = "istio.io/dataplane-mode";

Deno.test("a mesh's proxy is known by its container, a native sidecar too, or by what its injector has written", () => {
  const plain: V1PodSpec = { containers: [web] };
  const table: [string, V1PodSpec, V1ObjectMeta | undefined, string | undefined][] = [
    ["none", plain, annotated("team", "a"), undefined],
    ["Istio", beside("istio-proxy"), undefined, "Istio"],
    ["Istio, native", native("istio-proxy"), undefined, "Istio"],
    ["Istio, annotated", plain, annotated("sidecar.istio.io/status", "{}"), "Istio"],
    ["Istio, another name", beside("proxy", "docker.io/istio/proxyv2:1.26"), undefined, "Istio"],
    ["Linkerd", beside("linkerd-proxy"), undefined, "Linkerd"],
    ["Linkerd, native", native("linkerd-proxy"), undefined, "Linkerd"],
    ["Linkerd, annotated", plain, annotated("linkerd.io/proxy-version"), "Linkerd"],
    ["Kuma", beside("kuma-sidecar"), undefined, "Kuma"],
    ["Kuma, annotated", plain, annotated("kuma.io/sidecar-injected", "true"), "Kuma"],
    ["Kuma, not injected", plain, annotated("kuma.io/sidecar-injected", "false"), undefined],
    ["Consul", beside("consul-dataplane"), undefined, "Consul"],
    ["Consul, of a port", beside("consul-dataplane-web-admin"), undefined, "Consul"],
    [
      "Consul, annotated",
      plain,
      annotated("consul.hashicorp.com/connect-inject-status", "injected"),
      "Consul",
    ],
    ["App Mesh", beside("envoy", "840364872350.example/aws-appmesh-envoy:v1"), undefined, "AWS App Mesh"],
    [
      "an init container that has ended",
      { ...plain, initContainers: [{ name: "istio-proxy" }] },
      undefined,
      undefined,
    ],
    ["a gateway", { containers: [{ name: "istio-proxy" }] }, annotated("sidecar.istio.io/status"), undefined],
    ["on the node's network", { ...beside("istio-proxy"), hostNetwork: true }, undefined, undefined],
  ];
  for (const [name, pod, metadata, expected] of table) {
    assert.equal(meshOf(pod, metadata, undefined)?.name, expected, name);
  }
});

Deno.test("without sidecars the namespace tells, unless the pod does", () => {
  const pod = { containers: [web] };
  const ambient = { [AMBIENT]: "ambient" }, none = { [AMBIENT]: "none" };
  const table: [string, V1ObjectMeta | undefined, Record<string, string> | undefined, boolean][] = [
    ["the namespace", {}, ambient, true],
    ["the namespace, not this pod", { labels: none }, ambient, false],
    ["this pod", { labels: ambient }, {}, true],
    ["the network plugin has said so", annotated("ambient.istio.io/redirection", "enabled"), undefined, true],
    ["it has taken it back", annotated("ambient.istio.io/redirection", "disabled"), undefined, false],
    ["neither", {}, {}, false],
  ];
  for (const [name, metadata, labels, expected] of table) {
    assert.equal(meshOf(pod, metadata, labels) !== undefined, expected, name);
  }
});
