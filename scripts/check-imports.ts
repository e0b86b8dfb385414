/**
 * deno run --allow-read scripts/check-imports.ts
 *
 * The import rules of the house. Imports are found by their shape, which `deno fmt` makes the same everywhere.
 */

export interface Import {
  specifier: string;
  /** `type` is erased before the program runs. */
  kind: "static" | "dynamic" | "type";
  /** `export * from`. */
  all: boolean;
}

interface Rule {
  applies(file: string): boolean;
  /** What is wrong with one import, `target` being its path from the root for local files. */
  problem(one: Import, target: string, file: string): string | undefined;
}

const OPERATOR_DOOR = "cli/operator.ts";

const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

/** Only one file may load a package; the others may know its types. */
const onlyIn = (owner: string, name: string): Rule => ({
  applies: (file) => inside("lib")(file) || inside("cli")(file) || inside("operator")(file),
  problem: ({ kind }, target, file) =>
    (target === name || target.startsWith(`${name}/`)) && kind !== "type" && file !== owner
      ? `only ${owner} may import ${name} at run time`
      : undefined,
});

const never = (from: string, folders: string[]): Rule => ({
  applies: inside(from),
  problem: ({ kind }, target, file) => {
    if (kind === "dynamic" && file === OPERATOR_DOOR && target === "operator/main.ts") return undefined;
    const folder = folders.find((one) => inside(one)(target));
    return folder && `${from} must not import ${folder}`;
  },
});

const rules: Rule[] = [
  never("cli", ["operator", "scripts", "tests"]),
  never("operator", ["cli", "scripts", "tests"]),
  never("lib", ["cli", "operator", "scripts", "tests"]),
  {
    applies: (file) => file === "main.ts",
    problem: (_, target) => target === "cli/cli.ts" ? undefined : "main.ts must import cli/cli.ts only",
  },
  onlyIn("lib/kube/client.ts", "@kubernetes/client-node"),
  onlyIn("lib/docker/dockerode.ts", "dockerode"),
  { applies: () => true, problem: ({ all }) => all ? "nothing may be re-exported whole" : undefined },
];

const STATEMENT = /^(import|export)\s+(type\s+)?([\w\s{},$*]+?)\s*\bfrom\s+"([^"]+)"/gm;
const SIDE_EFFECT = /^import\s+"([^"]+)"/gm;
const CALL = /(typeof\s+)?\bimport\(\s*"([^"]+)"/g;

export function importsOf(source: string): Import[] {
  const code = source.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const statements = [...code.matchAll(STATEMENT)].map(([, word, type, names, specifier = ""]): Import => ({
    specifier,
    kind: type ? "type" : "static",
    all: word === "export" && names?.startsWith("*") === true,
  }));
  const sideEffects = [...code.matchAll(SIDE_EFFECT)].map(([, specifier = ""]): Import => ({
    specifier,
    kind: "static",
    all: false,
  }));
  const calls = [...code.matchAll(CALL)].map(([, type, specifier = ""]): Import => ({
    specifier,
    kind: type ? "type" : "dynamic",
    all: false,
  }));
  return [...statements, ...sideEffects, ...calls];
}

/** Every broken rule, one line each. `sources`: text by path from the root. */
export function problemsOf(sources: Record<string, string>): string[] {
  return Object.entries(sources).flatMap(([file, source]) => {
    const named = /(^|\/)utils?[^/]*\.ts$/.test(file) ? [`${file}: name it after what it does`] : [];
    const broken = importsOf(source).flatMap((one) => {
      const target = targetOf(file, one.specifier);
      return rules.filter((rule) => rule.applies(file)).flatMap((rule) => {
        const problem = rule.problem(one, target, file);
        return problem ? [`${file}: ${problem} ("${one.specifier}")`] : [];
      });
    });
    return [...named, ...broken];
  });
}

function targetOf(file: string, specifier: string): string {
  return specifier.startsWith(".")
    ? new URL(specifier, `file:///${file}`).pathname.slice(1)
    : specifier.replace(/^npm:/, "");
}

export async function readSources(root: string): Promise<Record<string, string>> {
  const sources: Record<string, string> = {};
  const read = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      const path = folder ? `${folder}/${name}` : name;
      if (isDirectory && !name.startsWith(".") && name !== "node_modules" && name !== "dist") {
        await read(path);
      }
      if (name.endsWith(".ts")) sources[path] = await Deno.readTextFile(`${root}/${path}`);
    }
  };
  await read("");
  return sources;
}

if (import.meta.main) {
  const problems = problemsOf(await readSources(new URL("..", import.meta.url).pathname));
  for (const problem of problems) console.error(problem);
  if (problems.length) Deno.exit(1);
}
