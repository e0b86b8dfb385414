import assert from "node:assert/strict";
import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import { parsePort } from "../workload/ports.ts";
import { plan, type PlanInput } from "./plan.ts";

const pod = (...containers: V1Container[]): V1PodSpec => ({ containers });
const web: V1Container = { name: "web", ports: [{ containerPort: 80 }, { containerPort: 443 }] };
const exec: V1Container = { ...web, livenessProbe: { exec: { command: ["true"] } } };
const enforce = (level: string) => ({ "pod-security.kubernetes.io/enforce": level });
const both = ["beside", "replace"] as const;

function planned(input: Partial<PlanInput>, ...ports: string[]) {
  const wanted = (ports.length ? ports : ["80:8000"]).map(parsePort);
  return plan({ pod: pod(web), ports: wanted, available: both, ...input });
}

Deno.test("the plan is beside if admitted, else replace, else the reasons", () => {
  const forbids = 'the namespace enforces the Pod Security level "baseline", which forbids NET_ADMIN';
  const node = "the pods use their node's network, whose rules would change for the whole node";
  const meshed = { ...pod(web), initContainers: [{ name: "istio-proxy", restartPolicy: "Always" }] };
  const inMesh = 'the pods are in the mesh Istio (container "istio-proxy"), whose proxy it would bypass';
  const program = "its liveness probe runs a program of the original image (exec)";
  const table: [string, Partial<PlanInput>, string | undefined, string[]][] = [
    ["by default", {}, "beside", []],
    ["labels without a level", { namespaceLabels: { team: "a" } }, "beside", []],
    ["privileged", { namespaceLabels: enforce("privileged") }, "beside", []],
    ["baseline", { namespaceLabels: enforce("baseline") }, "replace", [`beside: ${forbids}`]],
    ["the node's network", { pod: { ...pod(web), hostNetwork: true } }, "replace", [`beside: ${node}`]],
    ["an exec probe", { pod: pod(exec) }, "beside", []],
    ["an exec probe, baseline", { pod: pod(exec), namespaceLabels: enforce("baseline") }, undefined, [
      `beside: ${forbids}`,
      `replace: ${program}`,
    ]],
    ["--keep", { options: { mode: "beside" } }, "beside", []],
    ["--keep, baseline", { options: { mode: "beside" }, namespaceLabels: enforce("baseline") }, undefined, [
      forbids,
    ]],
    ["--replace", { options: { mode: "replace" } }, "replace", []],
    ["--replace, exec probe", { options: { mode: "replace" }, pod: pod(exec) }, undefined, [program]],
    ["--replace --match", { options: { mode: "replace", match: true } }, undefined, [
      "--match needs mode beside: requests that do not match go to the original, which must run",
    ]],
    ["--keep, which is not there", { options: { mode: "beside" }, available: ["replace"] }, undefined, [
      "mode beside is not available",
    ]],
    ["a mesh", { pod: meshed }, "replace", [`beside: ${inMesh}`]],
    [
      "a mesh, by the pod's annotation",
      { metadata: { annotations: { "linkerd.io/proxy-version": "2" } } },
      "replace",
      [
        'beside: the pods are in the mesh Linkerd (annotation "linkerd.io/proxy-version"), whose proxy it would bypass',
      ],
    ],
    ["a mesh, --match", { pod: meshed, options: { match: true } }, undefined, [
      `beside: ${inMesh}`,
      "replace: --match needs mode beside: requests that do not match go to the original, which must run",
    ]],
    ["a mesh, --keep", { pod: meshed, options: { mode: "beside" } }, undefined, [inMesh]],
    ["a mesh's own proxy", { pod: meshed, container: "istio-proxy" }, undefined, [
      'port 80 belongs to container "web", which declares it, not to "istio-proxy"',
      '"istio-proxy" is the proxy of the mesh Istio, for the whole pod',
    ]],
    ["only replace", { available: ["replace"] }, "replace", []],
    ["Windows", { pod: { ...pod(web), os: { name: "windows" } } }, undefined, [
      "the pods run on Windows, which Carrier does not support",
    ]],
    [
      "Windows, by its nodes",
      {
        pod: { ...pod(web), nodeSelector: { "kubernetes.io/os": "windows" } },
      },
      undefined,
      ["the pods run on Windows, which Carrier does not support"],
    ],
  ];
  for (const [name, input, mode, why] of table) {
    const result = planned(input);
    assert.equal(result.mode, mode, name);
    assert.deepEqual(result.mode ? result.because : result.reasons, why, name);
    if (result.mode) assert.equal(result.restarts, mode === "beside" ? 0 : 1, name);
  }
});

Deno.test("in mode beside, each port uses the shortest path that distinguishes the kubelet", () => {
  const httpGet = { httpGet: { port: 80 } },
    tcpSocket = { tcpSocket: { port: 80 } },
    grpc = { grpc: { port: 80 } };
  const https = { httpGet: { port: 80, scheme: "HTTPS" } };
  const other = { name: "other", readinessProbe: httpGet };
  const table: [string, Partial<V1Container>, PlanInput["options"], string[], string[]][] = [
    ["no probe", {}, {}, ["80"], ["kernel"]],
    ["exec", { livenessProbe: { exec: {} } }, {}, ["80"], ["kernel"]],
    ["httpGet", { livenessProbe: httpGet }, {}, ["80", "443"], ["http", "kernel"]],
    ["grpc", { startupProbe: grpc }, {}, ["80"], ["http"]],
    ["tcpSocket", { readinessProbe: tcpSocket }, {}, ["80"], ["stream"]],
    ["https, with a match", { readinessProbe: https }, { match: true }, ["80"], ["http"]],
    ["https elsewhere", { readinessProbe: https }, {}, ["443"], ["kernel"]],
    ["both", { readinessProbe: tcpSocket, livenessProbe: httpGet }, {}, ["80"], ["http"]],
    ["elsewhere", { livenessProbe: { httpGet: { port: 80, host: "10.0.0.1" } } }, {}, ["80"], ["kernel"]],
    ["--match", {}, { match: true }, ["80", "443"], ["http", "http"]],
    ["--fallback", { livenessProbe: httpGet }, { fallback: true }, ["80", "443"], ["http", "stream"]],
    ["--mirror", { livenessProbe: httpGet }, { mirror: true }, ["80", "443"], ["stream", "stream"]],
    ["--mirror, https", { livenessProbe: https }, { mirror: true }, ["80"], ["stream"]],
    ["--mirror with --match", {}, { mirror: true, match: true }, ["80"], ["http"]],
  ];
  for (const [name, more, options, ports, paths] of table) {
    const result = planned({ pod: pod({ ...web, ...more }), options }, ...ports);
    assert.deepEqual(result.mode && result.ports.map(({ path }) => path), paths, name);
  }
  const neighbour = planned({ pod: pod(web, other), container: "web" });
  assert.deepEqual(neighbour.mode && neighbour.ports[0]?.path, "http", "a probe of another container");
  const udp = planned(
    { pod: pod({ name: "dns", readinessProbe: { tcpSocket: { port: 53 } } }) },
    "53",
    "53/udp",
  );
  assert.deepEqual(udp.mode && udp.ports.map(({ path }) => path), ["stream", "kernel"]);
});

Deno.test("a probe over HTTPS cannot be told from its port's other traffic, in neither mode", () => {
  const https = { httpGet: { port: 443, scheme: "HTTPS" } };
  const result = planned({ pod: pod({ ...web, livenessProbe: https }) }, "443");
  assert.deepEqual(!result.mode && result.reasons, [
    'beside: the liveness probe of "web" checks port 443 over HTTPS, and would reach the app container',
    "replace: its liveness probe uses HTTPS",
  ]);
});

Deno.test("in mode beside, probes reach the original", () => {
  const probed = { ...exec, readinessProbe: { httpGet: { port: 80 } }, startupProbe: { grpc: { port: 9 } } };
  const result = planned({ pod: pod(probed) });
  assert.deepEqual(result.mode && result.probes.map(({ name, answeredBy }) => [name, answeredBy]), [
    ["startup", "untouched"],
    ["liveness", "untouched"],
    ["readiness", "original"],
  ]);
});

Deno.test("in mode beside, Carrier answers probes that only connect", () => {
  const tcpSocket = (port: number) => ({ tcpSocket: { port } });
  const result = planned({
    pod: pod({ ...web, livenessProbe: tcpSocket(80), readinessProbe: tcpSocket(443) }),
  });
  assert.deepEqual(result.mode && result.probes.map(({ answeredBy }) => answeredBy), [
    "carrier",
    "untouched",
  ]);
});

Deno.test("a port is bridged with its container, with or without a Service", () => {
  const metrics: V1Container = { name: "metrics", ports: [{ containerPort: 9090 }] };
  const bare: V1Container = { name: "bare" };
  const servicePorts = [{ name: "stats", port: 81, targetPort: 9090 }, { port: 82, targetPort: 7070 }];
  const not = (text: string, name: string) =>
    `port ${text} belongs to container "metrics", which declares it, not to "${name}"`;
  const table: [string, PlanInput["servicePorts"], V1Container, string, string | number][] = [
    ["declared by another", undefined, web, "9090", not("9090", "web")],
    ["declared by another, not by itself", undefined, bare, "9090", not("9090", "bare")],
    ["a Service's, declared by another", servicePorts, web, "stats:1", not("stats (9090)", "web")],
    ["declared by nobody", undefined, web, "7070", 7070],
    ["a Service's, declared by nobody", servicePorts, web, "82:1", 7070],
    ["its own", servicePorts, metrics, "81:1", 9090],
    ["over another protocol", undefined, bare, "9090/udp", 9090],
  ];
  for (const mode of both) {
    for (const [name, services, container, port, expected] of table) {
      const spec = pod(...new Set([container, metrics]));
      const input = { pod: spec, container: container.name, servicePorts: services, options: { mode } };
      const result = planned(input, port);
      assert.equal(result.mode ? result.ports[0]?.port : result.reasons.join(), expected, `${mode}, ${name}`);
    }
  }
});

Deno.test("a port that seems to speak TLS is noted with --match", () => {
  const notes = (container: V1Container, input: Partial<PlanInput> = {}, port = "443") => {
    const result = planned({ pod: pod(container), options: { match: true }, ...input }, port);
    return result.mode ? result.notes : result.reasons;
  };
  const named = { name: "web", ports: [{ name: "https", containerPort: 443 }] };
  const probed = { name: "web", livenessProbe: { httpGet: { port: 443, scheme: "HTTPS" } } };
  const servicePorts = [{ port: 443, targetPort: 443, appProtocol: "https" }];
  const nothing = "--match cannot read it, so the original gets all of it";
  assert.deepEqual(notes(named), [`port 443 seems to speak TLS (it is named "https"): ${nothing}`]);
  assert.deepEqual(notes(probed), [`port 443 seems to speak TLS (a probe checks it over HTTPS): ${nothing}`]);
  assert.deepEqual(notes({ name: "web" }, { servicePorts }), [
    `port 443 seems to speak TLS (its appProtocol is "https"): ${nothing}`,
  ]);
  assert.deepEqual(notes(named, { options: {} }), []);
  assert.deepEqual(notes(web, {}, "80"), []);
});

Deno.test("sidecars can be bridged beside only, other init containers never", () => {
  const sidecar = { name: "proxy", restartPolicy: "Always", ports: [{ containerPort: 80 }] };
  const spec = { ...pod({ name: "web" }), initContainers: [{ name: "migrate" }, sidecar] };
  const result = planned({ pod: spec, container: "proxy" });
  assert.deepEqual([result.mode, result.mode && result.container], ["beside", "proxy"]);
  assert.deepEqual(planned({ pod: spec, container: "proxy", available: ["replace"] }), {
    mode: undefined,
    reasons: ['"proxy" is a sidecar (an init container), which needs mode beside'],
  });
  assert.deepEqual(planned({ pod: spec, container: "migrate" }), {
    mode: undefined,
    reasons: ['"migrate" is an init container: it ends before the pod gets any traffic'],
  });
});

Deno.test("UDP is for packets only", () => {
  const dns = pod({ name: "dns" });
  const reasons = (options: PlanInput["options"]) => {
    const result = planned({ pod: dns, options, available: ["beside"] }, "53/udp");
    return result.mode ? [] : result.reasons;
  };
  assert.deepEqual(reasons({}), []);
  assert.deepEqual(reasons({ match: true }), ["--match reads HTTP, which a UDP port does not carry"]);
  assert.match(reasons({ fallback: true }).join(), /--fallback works with TCP only/);
  assert.deepEqual(reasons({ mirror: true }), ["--mirror works with TCP only: it copies connections"]);
});

Deno.test("ports have the number of this pod, and the name of the bridge", () => {
  const named = (containerPort: number) => pod({ name: "web", ports: [{ name: "http", containerPort }] });
  for (const number of [8080, 9090]) {
    const result = planned({ pod: named(number) }, "http:8000");
    assert.deepEqual(result.mode && result.ports.map(({ remote, port }) => [remote, port]), [[
      "http",
      number,
    ]]);
  }
  const servicePorts = [{ name: "web", port: 80, targetPort: "http" }];
  const result = planned({ pod: named(8080), servicePorts }, "80:8000");
  assert.deepEqual(result.mode && result.ports.map(({ remote, port }) => [remote, port]), [[80, 8080]]);
});

Deno.test("missing ports and containers are named, all at once, with the existing ones", () => {
  const named = { name: "web", ports: [{ name: "http", containerPort: 80 }, { containerPort: 443 }] };
  const table: [V1PodSpec, string, string[], string[]][] = [
    [pod(web, { name: "db" }), "api", ["80"], ['the pods have no container "api" (there are: web, db)']],
    [pod(web), "web", ["80", "http:81", "grpc:82"], [
      'container "web" has no port "http" (it declares: 80, 443)',
      'container "web" has no port "grpc" (it declares: 80, 443)',
    ]],
    [pod(named), "web", ["80:1", "http:2"], ["80 and http are the same port, 80"]],
  ];
  for (const [spec, container, ports, reasons] of table) {
    assert.deepEqual(planned({ pod: spec, container }, ...ports), { mode: undefined, reasons });
  }
});

Deno.test("a mirrored original answers: nothing else may", () => {
  const result = planned({
    pod: pod({ name: "web" }),
    options: { mirror: true, fallback: true },
    available: ["beside"],
  }, "80");
  const why = ["--fallback does not go with --mirror: the original answers all requests"];
  assert.deepEqual(result, { mode: undefined, reasons: why });
});
