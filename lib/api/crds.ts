/** The two custom resource definitions. */
import type { Manifest } from "./objects.ts";
import {
  clusterLabels,
  DISCONNECT_TIMEOUT_S,
  GROUP,
  LONGEST_DISCONNECT_TIMEOUT_S,
  SHORTEST_DISCONNECT_TIMEOUT_S,
  SMALLEST_TUNNEL_MTU,
  STOWAWAY_PORTS,
  TUNNEL_MTU,
  TUNNEL_POOL,
} from "../names.ts";
import { targetKinds } from "./kinds.ts";
import { BRIDGE_KIND } from "./bridge.ts";
import { CLIENT_KIND } from "./client.ts";
import { matchSchema } from "./match-schema.ts";

/** JSON schema with the extensions of Kubernetes. */
type Schema = { [key: string]: unknown };
type PrinterColumn = { name: string; type: string; jsonPath: string; priority?: number };

const text = (more: Schema = {}): Schema => ({ type: "string", maxLength: 253, ...more });
const port = (more: Schema = {}): Schema => ({
  type: "integer",
  minimum: 1,
  maximum: 65535,
  ...more,
});
/** By number, or by the name that a container or a Service gave it. */
const remotePort = (more: Schema = {}): Schema => ({
  "x-kubernetes-int-or-string": true,
  minimum: 1,
  maximum: 65535,
  maxLength: 63,
  pattern: "^[a-z0-9-]*[a-z][a-z0-9-]*$",
  ...more,
});
const protocol: Schema = { type: "string", enum: ["TCP", "UDP"], default: "TCP", maxLength: 3 };
const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: "object",
  properties,
  ...(required.length ? { required } : {}),
});
const list = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });

const name = (maxLength: number) => text({ maxLength, pattern: "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" });

const conditions: Schema = {
  ...list(object({
    type: text(),
    status: text({ enum: ["True", "False", "Unknown"] }),
    reason: text(),
    message: text({ maxLength: 32768 }),
    lastTransitionTime: { type: "string", format: "date-time" },
    observedGeneration: { type: "integer", format: "int64" },
  }, ["type", "status", "reason", "message", "lastTransitionTime"])),
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["type"],
};

const clientSpec: Schema = object({
  publicKey: text({ pattern: "^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw480]=$", description: "WireGuard public key" }),
  disconnectTimeout: {
    type: "integer",
    minimum: SHORTEST_DISCONNECT_TIMEOUT_S,
    maximum: LONGEST_DISCONNECT_TIMEOUT_S,
    default: DISCONNECT_TIMEOUT_S,
    description: "Seconds of silence after which the client and its bridges are removed",
  },
  mtu: {
    type: "integer",
    minimum: SMALLEST_TUNNEL_MTU,
    maximum: TUNNEL_MTU,
    description: "Bytes that fit the path from the client, as it was measured",
  },
}, ["publicKey"]);

const clientStatus: Schema = object({
  observedGeneration: { type: "integer", format: "int64" },
  phase: text(),
  tunnel: object({
    subnet: text(),
    serverPublicKey: text(),
    nodePort: port(),
    dns: object({ server: text(), domain: text() }),
  }),
  apps: list(object({ name: text(), address: text() }, ["name", "address"])),
  lastSeen: { type: "string", format: "date-time" },
  conditions,
});

const bridgeSpec: Schema = {
  ...object({
    client: name(253),
    target: object({ kind: text({ enum: targetKinds }), name: name(253), container: name(63) }, [
      "kind",
      "name",
    ]),
    ports: list(object({ remote: remotePort(), local: port(), protocol }, ["remote", "local"]), {
      minItems: 1,
      maxItems: 64,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["remote", "protocol"],
    }),
    mode: text({
      enum: ["beside", "replace"],
      description: "Forces one mode; chosen for each pod when absent",
    }),
    match: matchSchema,
    fallback: {
      type: "boolean",
      description: "While the app container refuses connections, the original serves",
    },
    destination: object({
      name: text(),
      address: text({
        pattern: "^198\\.1[89]\\.(\\d{1,3})\\.(\\d{1,3})$",
        description: `within ${TUNNEL_POOL}`,
      }),
    }, ["name", "address"]),
  }, ["client", "target", "ports", "destination"]),
  "x-kubernetes-validations": [
    {
      rule: "!has(self.match) || !has(self.mode) || self.mode != 'replace'",
      message: "match needs mode beside: what does not match goes to the original, which has to run",
    },
    {
      rule: "!has(self.match) || self.ports.all(p, p.protocol != 'UDP')",
      message: "match reads HTTP, and a UDP port has none",
    },
    {
      rule: "!has(self.fallback) || !self.fallback || !has(self.mode) || self.mode != 'replace'",
      message: "fallback needs mode beside: in mode replace the original does not run",
    },
    {
      rule: "!has(self.fallback) || !self.fallback || self.ports.all(p, p.protocol != 'UDP')",
      message: "fallback is for TCP: with UDP nothing tells that nobody listens",
    },
    {
      rule: "self.target == oldSelf.target",
      message: "target cannot be changed: delete the bridge and make another",
    },
    {
      rule: "self.client == oldSelf.client",
      message: "client cannot be changed: delete the bridge and make another",
    },
  ],
};

const bridgeStatus: Schema = object({
  observedGeneration: { type: "integer", format: "int64" },
  phase: text(),
  ports: list(object({
    remote: remotePort(),
    protocol,
    stowaway: port({ minimum: STOWAWAY_PORTS.first, maximum: STOWAWAY_PORTS.last }),
  })),
  pods: list(object({
    name: text(),
    uid: text(),
    mode: text(),
    container: text(),
    ports: list(object({ remote: remotePort(), port: port(), protocol: text(), path: text() })),
    forwards: { type: "boolean" },
    state: text(),
    reason: text({ maxLength: 4096 }),
    cause: text(),
    originalImage: text({ maxLength: 4096 }),
    originalContainer: text(),
    carrierContainer: text(),
  })),
  targetPods: { type: "integer", minimum: 0 },
  conditions,
});

function definition(
  kind: string,
  shortNames: string[],
  spec: Schema,
  status: Schema,
  columns: PrinterColumn[],
): Manifest {
  const singular = kind.toLowerCase();
  const age = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${singular}s.${GROUP}`, labels: { ...clusterLabels } },
    spec: {
      group: GROUP,
      scope: "Namespaced",
      names: {
        kind,
        listKind: `${kind}List`,
        plural: `${singular}s`,
        singular,
        shortNames,
        categories: ["gefyra"],
      },
      versions: [{
        name: "v1alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [...columns, age],
        schema: { openAPIV3Schema: { ...object({ spec, status }, ["spec"]) } },
      }],
    },
  };
}

export const clientDefinition = definition(CLIENT_KIND, ["gclient"], clientSpec, clientStatus, [
  { name: "Phase", type: "string", jsonPath: ".status.phase" },
  { name: "Subnet", type: "string", jsonPath: ".status.tunnel.subnet" },
  { name: "Last seen", type: "date", jsonPath: ".status.lastSeen" },
]);

export const bridgeDefinition = definition(BRIDGE_KIND, ["gbridge"], bridgeSpec, bridgeStatus, [
  { name: "Kind", type: "string", jsonPath: ".spec.target.kind" },
  { name: "Target", type: "string", jsonPath: ".spec.target.name" },
  { name: "Container", type: "string", jsonPath: ".spec.target.container" },
  { name: "Local", type: "string", jsonPath: ".spec.destination.name" },
  { name: "Phase", type: "string", jsonPath: ".status.phase" },
  { name: "Reason", type: "string", jsonPath: ".status.conditions[?(@.type=='Ready')].reason", priority: 1 },
]);
