/**
 * The software bill of materials of the program, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): Deno, and the
 * npm packages that may be in the bundle. What the images contain is not in it.
 */
import { Buffer } from "node:buffer";
import { packages as leftOut } from "../bundle.ts";
import { output } from "../images/command.ts";

/** A package as `deno info --json` describes it. Its dependencies are ids. */
export interface NpmPackage {
  name: string;
  version: string;
  dependencies: string[];
}

export interface Graph {
  modules: { kind: string; npmPackage?: string }[];
  npmPackages: Record<string, NpmPackage>;
}

export interface Facts {
  version: string;
  deno: string;
  /** The SPDX id of a package's licence. */
  licenceOf(one: NpmPackage): string | undefined;
  /** As `deno.lock` has it: `sha512-` and base64. */
  integrityOf(id: string): string | undefined;
}

/** Of main.ts, in the current folder. */
export async function sbom(version: string): Promise<object> {
  const graph = JSON.parse(await output(Deno.execPath(), ["info", "--json", "main.ts"]));
  const lock = JSON.parse(await Deno.readTextFile("deno.lock"));
  return describe(graph, {
    version,
    deno: Deno.version.deno,
    licenceOf: ({ localPath }: NpmPackage & { localPath?: string }) => licenceIn(localPath),
    integrityOf: (id) => lock.npm[id]?.integrity,
  });
}

function licenceIn(folder: string | undefined): string | undefined {
  if (!folder) return undefined;
  const { license } = JSON.parse(Deno.readTextFileSync(`${folder}/package.json`));
  return typeof license === "string" ? license : undefined;
}

/** Pure. The same graph gives the same text: no time, no random number. */
export function describe(graph: Graph, { version, deno, licenceOf, integrityOf }: Facts): object {
  const found = reachable(graph);
  const own = { type: "application", "bom-ref": "gefyra", name: "gefyra", version };
  const runtime = { type: "platform", "bom-ref": "deno", name: "deno", version: deno };
  const libraries = found.map((id) => {
    const one = graph.npmPackages[id]!;
    const licence = licenceOf(one), hash = hashOf(integrityOf(id));
    return {
      type: "library",
      "bom-ref": id,
      name: one.name,
      version: one.version,
      ...(hash ? { hashes: [hash] } : {}),
      ...(licence ? { licenses: [licenceEntry(licence)] } : {}),
      purl: `pkg:npm/${one.name.replace("@", "%40")}@${one.version}`,
    };
  });
  const dependencies = [
    { ref: "gefyra", dependsOn: ["deno", ...direct(graph)] },
    ...found.map((id) => ({
      ref: id,
      dependsOn: graph.npmPackages[id]!.dependencies.filter((one) => found.includes(one)),
    })),
  ];
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: own },
    components: [runtime, ...libraries],
    dependencies,
  };
}

const isCode = ({ name }: NpmPackage) => !leftOut.includes(name) && !name.startsWith("@types/");

const direct = ({ modules, npmPackages }: Graph): string[] =>
  [...new Set(modules.flatMap(({ npmPackage }) => npmPackage ?? []))].filter((id) => isCode(npmPackages[id]!))
    .sort();

function reachable(graph: Graph): string[] {
  const found = new Set<string>(), waiting = direct(graph);
  for (let id = waiting.pop(); id; id = waiting.pop()) {
    const one = graph.npmPackages[id]!;
    if (found.has(id) || !isCode(one)) continue;
    found.add(id);
    waiting.push(...one.dependencies);
  }
  return [...found].sort();
}

/** One licence has an id, several are an expression. */
const licenceEntry = (licence: string) =>
  /[ ()]/.test(licence) ? { expression: licence } : { license: { id: licence } };

function hashOf(integrity: string | undefined): { alg: string; content: string } | undefined {
  const base64 = integrity?.match(/^sha512-(.+)$/)?.[1];
  return base64 ? { alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") } : undefined;
}
