import assert from "node:assert/strict";
import type { V1Container, V1Probe } from "@kubernetes/client-node";
import type { ModeInput, ModeOutcome } from "./mode.ts";
import { replace } from "./replace.ts";

type Planned = ModeOutcome;

const tcp = (port: number, local: number) => ({ remote: port, port, local, protocol: "TCP" as const });
const bridged: ModeInput["ports"] = [tcp(80, 8000)];

function planOf(more: Partial<V1Container>, ports = bridged, input: Partial<ModeInput> = {}) {
  const container = { name: "web", ...more };
  const none = {
    sidecar: false,
    namespaceLabels: undefined,
    mesh: undefined,
    match: false,
    fallback: false,
    mirror: false,
  };
  return replace.plan({ pod: { containers: [container] }, container, ports, ...none, ...input });
}

const httpGet = (port: number | string, more: object = {}): V1Probe => ({ httpGet: { port, ...more } });

function accepted(more: Partial<V1Container>, ports = bridged): Planned {
  const plan = planOf(more, ports);
  assert.equal(plan.mode, "replace", JSON.stringify(plan));
  return plan as Planned;
}

Deno.test("commands that Carrier can stand in for are accepted", () => {
  const table: (string[] | undefined)[] = [
    undefined,
    [],
    ["sh", "-c", "exec server"],
    ["/bin/sh", "-c", "exec server"],
    ["python3", "-m", "http.server"],
    ["/usr/local/bin/python3", "app.py"],
    ["/docker-entrypoint.sh", "nginx"],
    ["/app/entrypoint.sh"],
  ];
  for (const command of table) {
    accepted(command ? { command, args: ["--anything"] } : { args: ["--anything"] });
  }
});

Deno.test("any other command is refused and named", () => {
  for (
    const program of ["/srv/sh", "my-server", "/usr/local/bin/my-server", "./sh", "/bin/", "../bin/sh", ""]
  ) {
    const reasons = [`its command "${program}" is not one that Carrier can stand in for`];
    assert.deepEqual(planOf({ command: [program, "sh"] }), { mode: undefined, reasons }, program);
  }
});

Deno.test("probes and hooks that need the original's image or an early port are refused, all at once", () => {
  const exec = { exec: { command: ["true"] } };
  const table: [Partial<V1Container>, string[]][] = [
    [{ livenessProbe: exec }, ["its liveness probe runs a program of the original image (exec)"]],
    [{ startupProbe: httpGet(80, { scheme: "HTTPS" }) }, ["its startup probe uses HTTPS"]],
    [{ livenessProbe: httpGet("web") }, [
      "its liveness probe checks a port that the container does not declare",
    ]],
    [{ lifecycle: { postStart: exec } }, ["its postStart hook runs a program of the original image"]],
    [{ lifecycle: { postStart: { httpGet: { port: 80 } } } }, [
      "its postStart hook calls a port before Carrier can serve it",
    ]],
    [{ command: ["my-server"], livenessProbe: exec, readinessProbe: exec }, [
      'its command "my-server" is not one that Carrier can stand in for',
      "its liveness probe runs a program of the original image (exec)",
      "its readiness probe runs a program of the original image (exec)",
    ]],
  ];
  for (const [container, reasons] of table) {
    assert.deepEqual(planOf(container), { mode: undefined, reasons });
  }
});

Deno.test("hooks that do no harm are accepted", () => {
  accepted({ lifecycle: { preStop: { exec: { command: ["true"] } } } });
  accepted({ lifecycle: { postStart: { sleep: { seconds: 1 } } } });
});

Deno.test("options that need the original are refused", () => {
  const table: [Partial<ModeInput>, RegExp][] = [
    [{ match: true }, /--match needs mode beside/],
    [{ fallback: true }, /--fallback needs mode beside/],
    [{ mirror: true }, /--mirror needs mode beside/],
    [{ sidecar: true }, /"web" is a sidecar/],
  ];
  for (const [input, reason] of table) {
    const { mode, ...rest } = planOf({}, bridged, input);
    assert.equal(mode, undefined);
    assert.match("reasons" in rest ? rest.reasons.join() : "", reason);
  }
});

Deno.test("ports with an httpGet probe are served as HTTP, all others as bytes", () => {
  const named = { ports: [{ name: "web", containerPort: 80 }] };
  const elsewhere = { httpGet: { port: 80, host: "10.0.0.1" } };
  const table: [Partial<V1Container>, [number, number | undefined, string][]][] = [
    [{}, [[80, 8000, "stream"]]],
    [{ livenessProbe: httpGet(80) }, [[80, 8000, "http"]]],
    [{ livenessProbe: httpGet("80") }, [[80, 8000, "http"]]],
    [{ ...named, readinessProbe: httpGet("web") }, [[80, 8000, "http"]]],
    [{ ...named, startupProbe: httpGet("web") }, [[80, 8000, "http"]]],
    [{ ...named, startupProbe: { tcpSocket: { port: "web" } } }, [[80, 8000, "stream"]]],
    [{ livenessProbe: { tcpSocket: { port: 80 } } }, [[80, 8000, "stream"]]],
    [{ livenessProbe: { tcpSocket: { port: 80 } }, readinessProbe: httpGet(80) }, [[80, 8000, "http"]]],
    [{ livenessProbe: elsewhere }, [[80, 8000, "stream"]]],
    [{
      livenessProbe: httpGet(9000),
      readinessProbe: httpGet(9000),
      startupProbe: { tcpSocket: { port: 9001 } },
    }, [[80, 8000, "stream"], [9001, undefined, "stream"], [9000, undefined, "http"]]],
  ];
  for (const [container, expected] of table) {
    const ports = accepted(container).ports.map(({ port, local, path }) => [port, local, path]);
    assert.deepEqual(ports, expected, JSON.stringify(container));
  }
});

Deno.test("a port of another container is left to it, whichever probe checks it", () => {
  const other = { name: "metrics", ports: [{ containerPort: 9090 }, { containerPort: 53, protocol: "UDP" }] };
  const table: [string, V1Container, Partial<ModeInput>, number[]][] = [
    ["another declares it", { name: "web", readinessProbe: httpGet(9090) }, {}, [80]],
    ["nobody does", { name: "web", readinessProbe: httpGet(9091) }, {}, [80, 9091]],
    ["both do", { name: "web", ports: [{ containerPort: 9090 }], livenessProbe: httpGet(9090) }, {}, [
      80,
      9090,
    ]],
    ["over another protocol", { name: "web", livenessProbe: { tcpSocket: { port: 53 } } }, {}, [80, 53]],
    ["a mesh's proxy answers", { name: "web", livenessProbe: httpGet(15020) }, {
      mesh: { name: "Istio", sign: "" },
    }, [80]],
  ];
  for (const [name, container, more, expected] of table) {
    const result = planOf(container, bridged, { pod: { containers: [container, other] }, ...more });
    assert.deepEqual(result.mode && result.ports.map(({ port }) => port), expected, name);
  }
});

Deno.test("in a mesh every port is served as HTTP, because the proxy sends the kubelet's probes", () => {
  const result = planOf({}, bridged, { mesh: { name: "Istio", sign: "" } });
  assert.deepEqual(result.mode && result.ports.map(({ path }) => path), ["http"]);
});

Deno.test("every requested port is bridged, under its requested name", () => {
  const ports = [tcp(80, 8000), { ...tcp(443, 8443), remote: "https" }];
  assert.deepEqual(accepted({}, ports).ports.map(({ remote, port, local }) => [remote, port, local]), [
    [80, 80, 8000],
    ["https", 443, 8443],
  ]);
});

Deno.test("UDP is passed on as packets, whatever a probe checks over TCP", () => {
  const dns = { remote: 53, port: 53, local: 5353, protocol: "UDP" as const };
  const { ports } = accepted({ livenessProbe: httpGet(53) }, [dns]);
  assert.deepEqual(ports.map(({ port, local, protocol, path }) => [port, local, protocol, path]), [
    [53, 5353, "UDP", "stream"],
    [53, undefined, "TCP", "http"],
  ]);
});

Deno.test("the container restarts once in each pod", () => assert.equal(accepted({}).restarts, 1));

Deno.test("the plan shows how each probe is answered, also of other containers", () => {
  const container: V1Container = {
    name: "web",
    livenessProbe: httpGet(80),
    readinessProbe: { tcpSocket: { port: 81 } },
  };
  const exec = { name: "other", readinessProbe: { exec: { command: ["true"] } }, livenessProbe: httpGet(80) };
  const plan = planOf(container, bridged, { pod: { containers: [container, exec] } });
  assert.deepEqual(
    "probes" in plan &&
      plan.probes.map((one) => [one.container, one.name, one.how, one.asks, one.answeredBy]),
    [
      ["web", "liveness", "httpGet", "80", "carrier"],
      ["web", "readiness", "tcpSocket", "81", "carrier"],
      ["other", "liveness", "httpGet", "80", "carrier"],
      ["other", "readiness", "exec", undefined, "untouched"],
    ],
  );
});
