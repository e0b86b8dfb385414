import assert from "node:assert/strict";
import type { V1Container, V1Pod, V1Service } from "@kubernetes/client-node";
import { expand } from "../../workload/expand.ts";
import { podField, resourceField } from "../../workload/downward-api.ts";
import { referencesOf, resolveEnvironment, type Sources, unknown } from "./resolve.ts";
import { serviceLinks } from "./service-links.ts";

const pod: V1Pod = {
  metadata: { name: "api-1", namespace: "shop", uid: "u-1", labels: { "app/x": "a" } },
  spec: { nodeName: "node-1", serviceAccountName: "robot", containers: [] },
  status: { podIP: "10.0.0.7", podIPs: [{ ip: "10.0.0.7" }, { ip: "fd00::7" }], hostIP: "172.0.0.1" },
};

function resolved(container: Partial<V1Container>, more: Partial<Sources> = {}) {
  const { variables, unresolved } = resolveEnvironment({
    pod,
    container: { name: "app", ...container },
    configMaps: new Map([["settings", { data: { COLOR: "blue", unknown: "key" } }]]),
    secrets: new Map([["login", { data: { PASSWORD: btoa("p$w\n\u00c3\u00a4") } }]]),
    services: [],
    ...more,
  });
  return { ...Object.fromEntries(variables), ...unresolved.length ? { unresolved } : {} };
}

Deno.test("an environment is resolved as the kubelet does it", () => {
  const table: [string, Partial<V1Container>, Record<string, unknown>][] = [
    ["values", { env: [{ name: "A", value: "1" }, { name: "EMPTY" }] }, { A: "1", EMPTY: "" }],
    ["references", {
      env: [{ name: "A", value: "1" }, { name: "B", value: "$(A)-$(LATER)-$$(A)" }, {
        name: "LATER",
        value: "2",
      }],
    }, { A: "1", B: "1-$(LATER)-$(A)", LATER: "2" }],
    ["a whole ConfigMap, and env over it", {
      envFrom: [{ prefix: "C_", configMapRef: { name: "settings" } }],
      env: [{ name: "C_COLOR", value: "my $(C_COLOR)" }],
    }, { C_COLOR: "my blue", C_unknown: "key" }],
    ["a Secret's bytes are UTF-8", { envFrom: [{ secretRef: { name: "login" } }] }, {
      PASSWORD: "p$w\n\u00e4",
    }],
    ["a key that is called unknown", {
      env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "unknown" } } }],
    }, { A: "key" }],
    ["an optional key that is not there", {
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "x", optional: true } } }],
    }, {}],
    ["the downward API", {
      env: [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }, {
        name: "MEM",
        valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } },
      }],
      resources: { limits: { memory: "1.5Mi" } },
    }, { IP: "10.0.0.7", MEM: "2" }],
  ];
  for (const [what, container, expected] of table) assert.deepEqual(resolved(container), expected, what);
});

Deno.test("what cannot be known is named, with the reason", () => {
  const denied = unknown('no right to get secrets in namespace "shop"');
  const container: Partial<V1Container> = {
    envFrom: [{ secretRef: { name: "login" } }],
    env: [
      { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "PASSWORD" } } },
      { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
      { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ],
  };
  const found = resolved(container, { secrets: new Map([["login", denied]]), pod: {} });
  assert.deepEqual(found, {
    unresolved: [
      'all of Secret "login": no right to get secrets in namespace "shop"',
      'PASSWORD: no right to get secrets in namespace "shop"',
      "CPU: limits.cpu is not set, so it depends on the node",
      "POD: no running pod has metadata.name",
    ],
  });
});

Deno.test("only what an environment refers to is read", () => {
  const container: V1Container = {
    name: "app",
    envFrom: [{ configMapRef: { name: "a" } }, { secretRef: { name: "s" } }],
    env: [
      { name: "X", valueFrom: { configMapKeyRef: { name: "a", key: "x" } } },
      { name: "Y", valueFrom: { secretKeyRef: { name: "t", key: "y" } } },
    ],
  };
  assert.deepEqual(referencesOf(container), { configMaps: ["a"], secrets: ["s", "t"] });
});

Deno.test("references are expanded as the kubelet does it", () => {
  const table: [string, string][] = [
    ["$(A)", "1"],
    ["$$(A)", "$(A)"],
    ["$$$(A)", "$1"],
    ["$(B)", "$(B)"],
    ["$(A", "$(A"],
    ["$A ${A} $", "$A ${A} $"],
    ["$()", "$()"],
    ["$(A)$(A)", "11"],
  ];
  for (const [text, expected] of table) {
    assert.equal(expand(text, (name) => ({ A: "1" } as Record<string, string>)[name]), expected, text);
  }
});

Deno.test("fields of a pod", () => {
  const table: [string, string | undefined][] = [
    ["metadata.name", "api-1"],
    ["metadata.namespace", "shop"],
    ["metadata.uid", "u-1"],
    ["metadata.labels['app/x']", "a"],
    ["metadata.annotations['none']", ""],
    ["spec.nodeName", "node-1"],
    ["spec.serviceAccountName", "robot"],
    ["status.hostIP", "172.0.0.1"],
    ["status.hostIPs", "172.0.0.1"],
    ["status.podIPs", "10.0.0.7,fd00::7"],
    ["constructor", undefined],
    ["status.phase", undefined],
  ];
  for (const [path, value] of table) assert.equal(podField(pod, path), value, path);
});

Deno.test("resources are rounded up to their divisor", () => {
  const container: V1Container = {
    name: "app",
    resources: { limits: { cpu: "1100m", memory: "1Gi" }, requests: { cpu: "250m" } },
  };
  const table: [string, string | undefined, string | undefined][] = [
    ["limits.cpu", undefined, "2"],
    ["limits.cpu", "1m", "1100"],
    ["requests.cpu", "1m", "250"],
    ["limits.memory", "1Mi", "1024"],
    ["requests.memory", "1Mi", "1024"],
    ["limits.ephemeral-storage", undefined, undefined],
    ["requests.ephemeral-storage", undefined, "0"],
  ];
  for (const [resource, divisor, value] of table) {
    assert.equal(resourceField(container, { resource, ...(divisor ? { divisor } : {}) }), value, resource);
  }
});

Deno.test("services become variables as the kubelet makes them", () => {
  const service: V1Service = {
    metadata: { name: "my-db" },
    spec: {
      clusterIP: "10.96.0.5",
      ports: [{ name: "sql-tls", port: 5432 }, { name: "stats", port: 53, protocol: "UDP" }],
    },
  };
  const headless: V1Service = {
    metadata: { name: "none" },
    spec: { clusterIP: "None", ports: [{ port: 1 }] },
  };
  assert.deepEqual(Object.fromEntries(serviceLinks([service, headless])), {
    MY_DB_SERVICE_HOST: "10.96.0.5",
    MY_DB_SERVICE_PORT: "5432",
    MY_DB_SERVICE_PORT_SQL_TLS: "5432",
    MY_DB_SERVICE_PORT_STATS: "53",
    MY_DB_PORT: "tcp://10.96.0.5:5432",
    MY_DB_PORT_5432_TCP: "tcp://10.96.0.5:5432",
    MY_DB_PORT_5432_TCP_PROTO: "tcp",
    MY_DB_PORT_5432_TCP_PORT: "5432",
    MY_DB_PORT_5432_TCP_ADDR: "10.96.0.5",
    MY_DB_PORT_53_UDP: "udp://10.96.0.5:53",
    MY_DB_PORT_53_UDP_PROTO: "udp",
    MY_DB_PORT_53_UDP_PORT: "53",
    MY_DB_PORT_53_UDP_ADDR: "10.96.0.5",
  });
});
