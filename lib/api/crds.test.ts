import assert from "node:assert/strict";
import { APP_HOSTS, clusterLabels, STOWAWAY_PORTS } from "../names.ts";
import { bridgeDefinition, clientDefinition } from "./crds.ts";

// deno-lint-ignore no-explicit-any
type Json = any;
const definitions: Json[] = [clientDefinition(), bridgeDefinition()];
const version = (definition: Json) => definition.spec.versions[0];
const schemaOf = (definition: Json) => version(definition).schema.openAPIV3Schema;
const bridge = schemaOf(bridgeDefinition()).properties;
const client = schemaOf(clientDefinition()).properties;

/** Every schema inside a schema, with its path. */
function* walk(schema: Json, path = ""): Generator<[string, Json]> {
  yield [path, schema];
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${name}`);
}

Deno.test("the names are those that kubectl is used with", () => {
  const names = definitions.map(({ metadata, spec }) => [
    metadata.name,
    spec.names.kind,
    spec.names.listKind,
    spec.names.shortNames,
  ]);
  assert.deepEqual(names, [
    ["gefyraclients.gefyra.dev", "GefyraClient", "GefyraClientList", ["gclient"]],
    ["gefyrabridges.gefyra.dev", "GefyraBridge", "GefyraBridgeList", ["gbridge"]],
  ]);
});

Deno.test("both are namespaced, labelled, and have a status of their own", () => {
  for (const definition of definitions) {
    assert.equal(definition.spec.scope, "Namespaced");
    assert.deepEqual(definition.metadata.labels, clusterLabels);
    assert.deepEqual(version(definition).subresources, { status: {} });
    assert.deepEqual(schemaOf(definition).required, ["spec"]);
  }
});

Deno.test("the schema is structural: everything has a type and every string an end", () => {
  for (const definition of definitions) {
    for (const [path, schema] of walk(schemaOf(definition))) {
      const either = schema["x-kubernetes-int-or-string"] === true;
      assert.ok(either !== Boolean(schema.type), `${definition.metadata.name}${path}`);
      if (schema.type === "string") assert.ok(schema.maxLength ?? schema.format, path);
      for (const name of schema.required ?? []) assert.ok(name in schema.properties, `${path}.${name}`);
    }
  }
});

Deno.test("every column shows a field that the schema has", () => {
  for (const definition of definitions) {
    const paths = new Set([...walk(schemaOf(definition))].map(([path]) => path));
    for (const { jsonPath } of version(definition).additionalPrinterColumns) {
      const path = jsonPath.replace(/\[\?.*?\]/, "[]");
      assert.ok(path.startsWith(".metadata.") || paths.has(path), jsonPath);
    }
  }
});

Deno.test("a client's key is a WireGuard key", () => {
  const pattern = new RegExp(client.spec.properties.publicKey.pattern);
  const key = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=";
  assert.match(key, pattern);
  for (const bad of ["", key.slice(1), `${key}\n`, key.replace("w=", "x="), "A".repeat(44)]) {
    assert.doesNotMatch(bad, pattern, bad);
  }
});

Deno.test("nothing in a client could hold a private key", () => {
  const names = [...walk(schemaOf(clientDefinition()))].map(([path]) => path);
  assert.deepEqual(names.filter((path) => /private|secret|token/i.test(path)), []);
});

Deno.test("a bridge leads into the tunnel and nowhere else", () => {
  const pattern = new RegExp(bridge.spec.properties.destination.properties.address.pattern);
  for (let host = APP_HOSTS.first; host <= APP_HOSTS.last; host++) {
    assert.match(`198.18.1.${host}`, pattern);
    assert.match(`198.19.255.${host}`, pattern);
  }
  for (
    const bad of [
      ...Array.from({ length: 10 }, (_, host) => `198.18.1.${host}`),
      ...["198.18.1.255", "198.18.1.256", "198.18.1.300", "198.18.1.010"],
      ...["198.17.1.1", "198.20.1.1", "10.0.0.1", "198x18.1.1", "198.18.1.10; drop", "a198.18.1.10"],
    ]
  ) {
    assert.doesNotMatch(bad, pattern, bad);
  }
});

Deno.test("names in a bridge are names of Kubernetes", () => {
  const { client, target } = bridge.spec.properties;
  for (const { pattern, maxLength } of [client, target.properties.name, target.properties.container]) {
    assert.ok(maxLength <= 253);
    for (const good of ["a", "web-1", "a.b"]) assert.match(good, new RegExp(pattern));
    for (const bad of ["", "-a", "a-", "A", "a/b", "a b", "$(id)"]) {
      assert.doesNotMatch(bad, new RegExp(pattern));
    }
  }
});

Deno.test("a port is bridged once, and is a port", () => {
  const { ports } = bridge.spec.properties;
  assert.deepEqual(ports["x-kubernetes-list-map-keys"], ["remote", "protocol"]);
  assert.equal(ports.minItems, 1);
  const { remote, local, protocol } = ports.items.properties;
  for (const { minimum, maximum } of [remote, local]) assert.deepEqual([minimum, maximum], [1, 65535]);
  // A key of a list has to be there always.
  assert.deepEqual([ports.items.required, protocol.default], [["remote", "local"], "TCP"]);
  const { minimum, maximum } = bridge.status.properties.ports.items.properties.stowaway;
  assert.deepEqual([minimum, maximum], [STOWAWAY_PORTS.first, STOWAWAY_PORTS.last]);
});

Deno.test("a port may have a name, which is never a number", () => {
  const { pattern } = bridge.spec.properties.ports.items.properties.remote;
  for (const good of ["http", "8080-tcp", "a"]) assert.match(good, new RegExp(pattern));
  for (const bad of ["80", "", "Http", "a b", "$(id)", "a/udp"]) {
    assert.doesNotMatch(bad, new RegExp(pattern));
  }
});

Deno.test("target and client of a bridge cannot be changed", () => {
  const rules = bridge.spec["x-kubernetes-validations"].map(({ rule }: Json) => rule);
  for (const rule of ["self.target == oldSelf.target", "self.client == oldSelf.client"]) {
    assert.ok(rules.includes(rule), rule);
  }
});

Deno.test("a client may be silent for a week at most", () => {
  const { minimum, maximum } = client.spec.properties.disconnectTimeout;
  assert.deepEqual([minimum, maximum], [30, 604_800]);
});

Deno.test("both have an owner that is always there and never changes", () => {
  for (const { spec } of [bridge, client]) {
    const rules = spec["x-kubernetes-validations"].map(({ rule }: Json) => rule);
    assert.ok(rules.includes("has(self.owner)"));
    assert.ok(rules.some((rule: string) => rule.includes("self.owner == oldSelf.owner")));
    // A rule names what to write, so that the schema does not refuse first.
    assert.ok(!spec.required.includes("owner"));
    assert.deepEqual(spec.properties.owner.required, ["user"]);
  }
});
