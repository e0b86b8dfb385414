/** The Helm chart, rendered by Helm's engine: its objects are those of `gefyra install --dry-run`. */
import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { Manifest } from "../../lib/api/objects.ts";
import type { InstallOptions } from "../../lib/config/install-options.ts";
import { manifests } from "../../lib/config/manifests.ts";
import { VERSION } from "../../lib/names.ts";
import { CommandError, output } from "../../scripts/images/command.ts";
import { buildProgram, goPrograms } from "../../scripts/images/golang.ts";
import { chartFiles, KEEP } from "../../scripts/packages/chart.ts";

const helm = await buildProgram(goPrograms.helm, () => {});
type Objects = Record<string, unknown>;

async function rendered(values: object, namespace: string): Promise<Objects> {
  const chart = await Deno.makeTempDir({ prefix: "gefyra-chart-" });
  try {
    await Deno.mkdir(`${chart}/templates`);
    for (const [path, text] of Object.entries(chartFiles(VERSION))) {
      await Deno.writeTextFile(`${chart}/${path}`, text);
    }
    await Deno.writeTextFile(`${chart}/own.yaml`, JSON.stringify(values));
    const text = await output(helm, [chart, `${chart}/own.yaml`, namespace], { timeout: 60_000 });
    const documents = parseAllDocuments(text).map((one) => {
      assert.deepEqual(one.errors, []);
      return one.toJS() as Manifest | null;
    });
    return byName(documents.filter((one) => one !== null));
  } finally {
    await Deno.remove(chart, { recursive: true });
  }
}

function byName(objects: Manifest[]): Objects {
  const entries = objects.map((one) => [`${one.kind} ${one.metadata?.namespace} ${one.metadata?.name}`, one]);
  const all = Object.fromEntries(entries);
  assert.equal(Object.keys(all).length, objects.length, "an object is there twice");
  return all;
}

/** All but the namespace, which Helm needs before; with Helm's mark for what stays. */
const installed = (options: Omit<InstallOptions, "images">, tag: string = VERSION, registry = "gefyra") =>
  byName(
    manifests({ ...options, images: { registry, tag } }).filter(({ kind }) => kind !== "Namespace").map((
      one,
    ) =>
      one.kind === "CustomResourceDefinition"
        ? { ...one, metadata: { ...one.metadata, annotations: KEEP } }
        : one
    ),
  );

const pods = {
  operator: { nodeSelector: { pool: "infra" }, tolerations: [{ key: "infra", operator: "Exists" }] },
  stowaway: {
    nodeSelector: { pool: "edge" },
    tolerations: [{ key: "edge", operator: "Equal", value: "a: b" }],
  },
};
const service = {
  type: "LoadBalancer",
  annotations: { "example.com/internal": "true" },
  port: 51821,
} as const;

const cases: Record<string, [values: object, options: InstallOptions | Omit<InstallOptions, "images">]> = {
  "nothing is chosen": [{}, { namespace: "gefyra" }],
  "another namespace": [{}, { namespace: "tools" }],
  "bridges in some namespaces only": [
    { namespaces: ["shop", "shop-dev"] },
    { namespace: "gefyra", namespaces: ["shop", "shop-dev"] },
  ],
  "names that look like numbers": [{ namespaces: ["123", "null"] }, {
    namespace: "456",
    namespaces: ["123", "null"],
  }],
  "a load balancer": [{ service }, { namespace: "gefyra", service }],
  "pods and their secrets": [
    { ...pods, imagePullSecrets: ["one", "two"] },
    { namespace: "gefyra", ...pods, imagePullSecrets: ["one", "two"] },
  ],
};
for (const [name, [values, options]] of Object.entries(cases)) {
  Deno.test(`the chart's objects are those of gefyra install: ${name}`, async () => {
    assert.deepEqual(await rendered(values, options.namespace), installed(options));
  });
}

Deno.test("the chart takes other images", async () => {
  const found = await rendered({ registry: "my.registry/team", tag: "dev" }, "gefyra");
  assert.deepEqual(found, installed({ namespace: "gefyra" }, "dev", "my.registry/team"));
});

Deno.test("a value that the chart does not know is refused", async () => {
  for (
    const values of [{ registri: "x" }, { operator: { resources: {} } }, { service: { type: "ClusterIP" } }]
  ) {
    await assert.rejects(rendered(values, "gefyra"), CommandError, JSON.stringify(values));
  }
});
