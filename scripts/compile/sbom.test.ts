import assert from "node:assert/strict";
import * as library from "@cyclonedx/cyclonedx-library";
import Schema from "typebox/schema";
import { describe, type Graph, sbom } from "./sbom.ts";

const one = (name: string, dependencies: string[] = []) => ({ name, version: "1.0.0", dependencies });
const graph: Graph = {
  modules: [
    { kind: "npm", npmPackage: "b@1.0.0" },
    { kind: "npm", npmPackage: "@types/node@1.0.0" },
    { kind: "esm" },
  ],
  npmPackages: {
    "b@1.0.0": one("b", ["@s/a@1.0.0", "ssh2@1.0.0"]),
    "@s/a@1.0.0": one("@s/a", ["b@1.0.0"]),
    "ssh2@1.0.0": one("ssh2", ["c@1.0.0"]),
    "c@1.0.0": one("c"),
    "@types/node@1.0.0": one("@types/node"),
  },
};

const described = () =>
  describe(graph, {
    version: "2.0.0",
    deno: "2.9.6",
    licenceOf: ({ name }) => ({ b: "MIT", "@s/a": "(MIT OR Apache-2.0)" })[name],
    integrityOf: (id) => id === "b@1.0.0" ? `sha512-${btoa("x".repeat(64))}` : undefined,
  }) as Bom;

interface Bom {
  components: { "bom-ref": string; purl?: string; hashes?: object[]; licenses?: object[] }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

Deno.test("the bill has the packages of the bundle with licences and hashes, none that is left out, no types", () => {
  const { components, dependencies } = described();
  assert.deepEqual(components.map((one) => one["bom-ref"]), ["deno", "@s/a@1.0.0", "b@1.0.0"]);
  const [, scoped, plain] = components;
  assert.equal(scoped?.purl, "pkg:npm/%40s/a@1.0.0");
  assert.deepEqual(scoped?.licenses, [{ expression: "(MIT OR Apache-2.0)" }]);
  assert.deepEqual(plain?.licenses, [{ license: { id: "MIT" } }]);
  assert.deepEqual(plain?.hashes, [{ alg: "SHA-512", content: "78".repeat(64) }]);
  assert.deepEqual(dependencies, [
    { ref: "gefyra", dependsOn: ["deno", "b@1.0.0"] },
    { ref: "@s/a@1.0.0", dependsOn: ["b@1.0.0"] },
    { ref: "b@1.0.0", dependsOn: ["@s/a@1.0.0"] },
  ]);
});

Deno.test("the program's own bill is valid by CycloneDX's schema", async () => {
  const valid = validator();
  const own = await sbom("0.1.0") as Bom;
  assert.deepEqual(valid(own), []);
  const names = own.components.map((one) => one["bom-ref"].replace(/(?<=.)@.*/, ""));
  for (const name of ["commander", "dockerode", "undici", "yaml"]) assert.ok(names.includes(name), name);
  assert.ok(own.components.every(({ purl, hashes }) => !purl || hashes), "a package without a hash");
  assert.notDeepEqual(valid({ ...own, surplus: 1 }), []);
  const [first] = own.components;
  assert.notDeepEqual(
    valid({ ...own, components: [{ ...first, licenses: [{ license: { id: "Mine" } }] }] }),
    [],
  );
});

/** With the schemas that CycloneDX's own library brings. */
function validator(): (bom: object) => unknown[] {
  // Its types do not have it.
  // deno-lint-ignore no-explicit-any
  const { CDX, SPDX, JSF } = (library as any)._Resources.FILES;
  // The library's files refer to each other with a mark in their names.
  const read = (file: string) =>
    JSON.parse(Deno.readTextFileSync(file).replaceAll(".SNAPSHOT.schema", ".schema"));
  const others = [SPDX, JSF].map(({ JSON_SCHEMA }) => read(JSON_SCHEMA));
  const context = Object.fromEntries(others.map((schema) => [schema.$id, schema]));
  const compiled = Schema.Compile(context, read(CDX.JSON_STRICT_SCHEMA["1.6"]));
  return (bom) => compiled.Check(bom) ? [] : compiled.Errors(bom)[1];
}
