import assert from "node:assert/strict";
import type { V1Container, V1ServicePort } from "@kubernetes/client-node";
import {
  absentPorts,
  parsePort,
  parsePorts,
  type PortContext,
  portKey,
  portText,
  resolvePort,
  typedPort,
  undeclared,
} from "./ports.ts";

Deno.test("ports are REMOTE:LOCAL, by number or name, for TCP or UDP", () => {
  const table: [string, string | number, number, "TCP" | "UDP"][] = [
    ["80:8000", 80, 8000, "TCP"],
    ["80", 80, 80, "TCP"],
    ["1:65535", 1, 65535, "TCP"],
    ["http:8000", "http", 8000, "TCP"],
    ["8080-tcp:1", "8080-tcp", 1, "TCP"],
    ["80:8000/tcp", 80, 8000, "TCP"],
    ["53:5353/udp", 53, 5353, "UDP"],
    ["dns:5353/UDP", "dns", 5353, "UDP"],
    ["53/udp", 53, 53, "UDP"],
  ];
  for (const [text, remote, local, protocol] of table) {
    assert.deepEqual(parsePort(text), { remote, local, protocol }, text);
  }
});

Deno.test("any other port is refused", () => {
  const table = [
    "",
    ":",
    "80:",
    ":80",
    "0:80",
    "80:0",
    "65536",
    "80:65536",
    "http",
    "http/udp",
    "80:80:80",
    "-1",
  ];
  const more = ["8e1", "80:http", "Http:80", "-http:80", "80:80/sctp", "53/5353:udp", "$(id):80", "http-:80"];
  for (const text of [...table, ...more]) {
    assert.throws(() => parsePort(text), { id: "port-invalid", exit: "usage" }, text);
  }
});

Deno.test("a port is named once for each protocol", () => {
  assert.equal(parsePorts(["53:5353", "53:5353/udp", "80"]).length, 3);
  assert.throws(() => parsePorts(["80:1", "dns:5/udp", "80:2", "dns:6/udp"]), {
    id: "port-invalid",
    message: 'Cannot bridge port "80, dns/udp": it is given twice',
  });
});

Deno.test("a port has a key, and a text for people", () => {
  const dns = { remote: 53, protocol: "UDP" as const }, http = { remote: "http", protocol: "TCP" as const };
  assert.deepEqual([portKey(dns), portText(dns)], ["53/UDP", "53/udp"]);
  assert.deepEqual([portKey(http), portText(http)], ["http/TCP", "http"]);
});

const container: V1Container = {
  name: "web",
  ports: [
    { name: "http", containerPort: 8080 },
    { containerPort: 9090, protocol: "TCP" },
    { name: "dns", containerPort: 53, protocol: "UDP" },
  ],
};
const bare: V1Container = { name: "web" };

function resolved(text: string, context: PortContext): number | string {
  const found = resolvePort(parsePort(text), context);
  return typeof found === "number" ? found : found.reason;
}

Deno.test("a port is named as it was typed, with its number where that is another", () => {
  const table: [string | number, number, "TCP" | "UDP", string][] = [
    [80, 80, "TCP", "80"],
    ["http", 8080, "TCP", "http (8080)"],
    [80, 8080, "TCP", "80 (8080)"],
    [53, 53, "UDP", "53/udp"],
    ["dns", 53, "UDP", "dns (53/udp)"],
  ];
  for (const [remote, port, protocol, text] of table) {
    assert.equal(typedPort({ remote, port, protocol }), text);
  }
});

Deno.test("a number that is not among those that a container declares is most likely a mistake", () => {
  const port = (port: number, protocol = "TCP") => ({ port, protocol });
  const declares = "(it declares: 8080 (http), 9090, 53/udp (dns))";
  assert.equal(undeclared(container, port(8080)), undefined);
  assert.equal(undeclared(container, port(81)), `container "web" has no port 81 ${declares}`);
  assert.equal(undeclared(container, port(53)), `container "web" has no port 53 ${declares}`);
  assert.equal(undeclared(bare, port(81)), undefined);
});

Deno.test("a port that the Service has not is told, with what was most likely meant", () => {
  const servicePorts = [{ name: "web", port: 80, targetPort: "http" }, { port: 81, targetPort: 9091 }];
  const pod = { containers: [container, { name: "metrics", ports: [{ containerPort: 8082 }] }] };
  const reasons = (text: string) => absentPorts([parsePort(text)], servicePorts, pod).join();
  const has = "(it has: 80 (web), 81)";
  const table: [string, string][] = [
    ["80", ""],
    ["web:1", ""],
    ["8080", `the service has no port 8080 ${has}; its port 80 leads to 8080: use that`],
    ["9091", `the service has no port 9091 ${has}; its port 81 leads to 9091: use that`],
    [
      "8082",
      `the service has no port 8082 ${has}; container "metrics" declares it: bridge the workload or a pod instead of the service`,
    ],
    ["7", `the service has no port 7 ${has}`],
    ["grpc:1", `the service has no port grpc ${has}`],
    ["80/udp", `the service has no port 80/udp ${has}`],
  ];
  for (const [text, expected] of table) assert.equal(reasons(text), expected, text);
  assert.deepEqual(absentPorts([parsePort("7")], [], pod), [], "headless, without ports");
});

Deno.test("a port of a container has a name or a number, and a number need not be declared", () => {
  const declares = "(it declares: 8080 (http), 9090, 53/udp (dns))";
  const table: [string, V1Container, number | string][] = [
    ["8080:1", container, 8080],
    ["http:1", container, 8080],
    ["9090:1", container, 9090],
    ["53:1/udp", container, 53],
    ["dns:1/udp", container, 53],
    ["1234:1", bare, 1234],
    ["1234:1/udp", bare, 1234],
    ["81:1", container, 81],
    ["53:1", container, 53],
    ["grpc:1", container, `container "web" has no port "grpc" ${declares}`],
    ["http:1", bare, 'container "web" has no port "http" (it declares: none)'],
    ["dns:1", container, 'port "dns" of container "web" is UDP, not TCP: add "/udp"'],
    ["http:1/udp", container, 'port "http" of container "web" is TCP, not UDP'],
  ];
  for (const [text, container, expected] of table) {
    assert.equal(resolved(text, { container }), expected, text);
  }
});

Deno.test("a port of a Service leads to a port of the container", () => {
  const servicePorts: V1ServicePort[] = [
    { name: "web", port: 80, targetPort: "http" },
    { name: "admin", port: 81, targetPort: 9090 },
    { name: "plain", port: 82 },
    { name: "dns", port: 53, targetPort: "dns", protocol: "UDP" },
    { name: "broken", port: 83, targetPort: "gone" },
  ];
  const table: [string, number | string][] = [
    ["80:1", 8080],
    ["web:1", 8080],
    ["admin:1", 9090],
    ["81:1", 9090],
    ["82:1", 82],
    ["53:1/udp", 53],
    ["dns:1/udp", 53],
    [
      "8080:1",
      "the service has no port 8080 (it has: 80 (web), 81 (admin), 82 (plain), 53/udp (dns), 83 (broken))",
    ],
    [
      "broken:1",
      'port broken of the service leads to "gone": container "web" has no port "gone" (it declares: 8080 (http), 9090, 53/udp (dns))',
    ],
  ];
  for (const [text, expected] of table) {
    assert.equal(resolved(text, { container, servicePorts }), expected, text);
  }
  assert.equal(resolved("9090:1", { container, servicePorts: [] }), 9090, "headless, without ports");
});
