import assert from "node:assert/strict";
import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";
import type { GefyraBridge } from "../api/bridge.ts";
import type { ModeName } from "../api/modes.ts";
import { parsePorts } from "../workload/ports.ts";
import { dryRunText } from "./dry-run-text.ts";
import { plan } from "../plan/plan.ts";
import { dryRunOf } from "./dry-run.ts";

const spec: V1PodSpec = {
  containers: [{
    name: "web",
    ports: [{ name: "http", containerPort: 8080 }, { containerPort: 53, protocol: "UDP" }],
    livenessProbe: { httpGet: { port: "http" } },
    readinessProbe: { tcpSocket: { port: 9 } },
  }],
};
const plain: V1PodSpec = { containers: [{ name: "api", ports: [{ name: "http", containerPort: 80 }] }] };
const pod = (name: string, podSpec = spec): V1Pod => ({ metadata: { name }, spec: podSpec });

interface Options {
  /** Of the pods' namespace. */
  level?: string;
  missing?: string[];
  mirror?: boolean;
  match?: boolean;
  /** Nothing is known of the pods. */
  unknown?: boolean;
  notes?: string[];
}

function text(
  texts: string[],
  pods: V1Pod[],
  { level, missing = [], unknown, notes = [], mirror = false, match = false }: Options = {},
): string[] {
  const ports = parsePorts(texts);
  const bridge: GefyraBridge = {
    apiVersion: "gefyra.dev/v1alpha1",
    kind: "GefyraBridge",
    metadata: { name: "b", namespace: "shop" },
    spec: {
      client: "me",
      target: { kind: "Deployment", name: "web" },
      ports,
      mirror,
      destination: { name: "app", address: "198.18.1.10" },
    },
  };
  const namespaceLabels = level ? { "pod-security.kubernetes.io/enforce": level } : undefined;
  const input = {
    ports,
    options: { mirror, match },
    namespaceLabels,
    available: ["beside", "replace"] as ModeName[],
  };
  const result = plan({ ...input, pod: spec });
  const prepared = { bridge, input, notes, plan: unknown || !result.mode ? undefined : result };
  return dryRunText({ ...dryRunOf(prepared, pods), missingRights: missing }).split("\n");
}

Deno.test("beside restarts nothing, and says so", () => {
  assert.deepEqual(text(["http:8000", "53:5353/udp"], [pod("web-1"), pod("web-2")]), [
    "Bridge    b in namespace shop",
    "Target    deployment/web",
    "Pods      web-1, web-2",
    "Mode      beside: the original keeps running, container web",
    "Ports     http (8080) → app:8000, through Nginx as HTTP",
    "          53/udp → app:5353, in the kernel",
    "Probes    liveness of web (httpGet http): reaches the original",
    "          readiness of web (tcpSocket 9): untouched",
    "Restarts  0",
    "Changes   GefyraBridge b is created",
    "          Pod web-1 gets Carrier as an ephemeral container",
    "          Pod web-2 gets Carrier as an ephemeral container",
    "Rights    all there",
  ]);
});

Deno.test("replace restarts containers, and says why", () => {
  assert.deepEqual(text(["8080:8000"], [pod("web-1")], { level: "baseline", missing: ["create x"] }), [
    "Bridge    b in namespace shop",
    "Target    deployment/web",
    "Pods      web-1",
    "Mode      replace: Carrier replaces the original, container web",
    '          not beside: the namespace enforces the Pod Security level "baseline", which forbids NET_ADMIN',
    "Ports     8080 → app:8000, through Nginx as HTTP",
    "          9: used by a probe only",
    "Probes    liveness of web (httpGet http): answered by Carrier",
    "          readiness of web (tcpSocket 9): answered by Carrier",
    "Restarts  1, and 1 when the bridge is removed",
    "Changes   GefyraBridge b is created",
    "          Pod web-1 has Carrier's image in container web",
    "Rights    missing: create x",
  ]);
});

Deno.test("pods that differ have their own plans", () => {
  const lines = text(["http:8000"], [
    pod("api-1", plain),
    pod("node-1", { ...plain, hostNetwork: true }),
    pod("other-1", { containers: [{ name: "x" }] }),
    pod("web-1"),
    pod("web-2"),
  ]);
  assert.deepEqual(lines.filter((line) => /^(Pods|Mode|Ports|Restarts) /.test(line)), [
    "Pods      api-1",
    "Mode      beside: the original keeps running, container api",
    "Ports     http (80) → app:8000, in the kernel",
    "Pods      node-1",
    "Mode      replace: Carrier replaces the original, container api",
    "Ports     http (80) → app:8000, through Nginx as bytes",
    "Pods      other-1",
    "Mode      none: cannot be bridged",
    "Pods      web-1, web-2",
    "Mode      beside: the original keeps running, container web",
    "Ports     http (8080) → app:8000, through Nginx as HTTP",
    "Restarts  1, and 1 when the bridge is removed",
  ]);
  assert.ok(lines.includes('          container "x" has no port "http" (it declares: none)'));
});

Deno.test("notes come before changes", () => {
  const lines = text(["http:8000"], [pod("web-1")], { notes: ["one", "another"] });
  const at = lines.findIndex((line) => line.startsWith("Restarts"));
  assert.deepEqual(lines.slice(at - 2, at), ["Notes     one", "          another"]);
});

Deno.test("without pods the plan comes from the template", () => {
  const lines = text(["8080:8000"], []);
  assert.deepEqual(lines.slice(2, 4), [
    "Pods      none now: the bridge activates when pods appear",
    "Mode      beside: the original keeps running, container web",
  ]);
});

Deno.test("a Service without pods has no plan yet", () => {
  assert.deepEqual(text(["80:8000"], [], { unknown: true }), [
    "Bridge    b in namespace shop",
    "Target    deployment/web",
    "Pods      none now: the bridge activates when pods appear",
    "Mode      chosen when the first pod appears",
    "Ports     80 → app:8000",
    "Restarts  0",
    "Changes   GefyraBridge b is created",
    "Rights    all there",
  ]);
});

Deno.test("a mirror says who answers", () => {
  const table: [Options, string][] = [
    [{ mirror: true }, "a copy of each connection"],
    [{ mirror: true, match: true }, "a copy of each request that matches, through Nginx as HTTP"],
  ];
  for (const [options, copies] of table) {
    assert.deepEqual(text(["http:8000"], [pod("web-1")], options).slice(3, 5), [
      "Mode      beside, mirror: the original answers, container web",
      `Ports     http (8080) → app:8000, ${copies}`,
    ]);
  }
});
