/** Go programs for images and tests, built on the host and cached by the content of their module. */
import { cacheFolder } from "./cache.ts";
import { output } from "./command.ts";
import { contentOf, fileEntry, filesIn, sha256 } from "./content.ts";

export interface GoProgram {
  name: string;
  /** Folder of the module, from the repository's root. */
  module: string;
  /** A package of another module that `go.mod` requires; absent: the folder's own. */
  package?: string;
}

export const goPrograms = {
  kube: { name: "kube", module: "images/lab/kube" },
  coredns: { name: "coredns", module: "images/coredns" },
  agent: { name: "agent", module: "images/agent" },
  files: { name: "files", module: "images/files" },
  pause: { name: "pause", module: "images/pause" },
  dlv: { name: "dlv", module: "tests/workloads/delve" },
  polyglot: { name: "polyglot", module: "tests/workloads/polyglot" },
  helm: { name: "helm-template", module: "tests/helm" },
  compose: { name: "compose", module: "tests/compose", package: "github.com/docker/compose/v2/cmd" },
} as const satisfies Record<string, GoProgram>;

/** The linker's flags, which set Kubernetes' version; it is pinned in go.mod only. */
export function linkerFlags(goMod: string): string {
  const kubernetes = /^\s*k8s\.io\/kubernetes (v\S+)/m.exec(goMod)?.[1];
  const variables = ["k8s.io/component-base", "k8s.io/client-go/pkg"].map((scope) =>
    `-X ${scope}/version.gitVersion=${kubernetes}`
  );
  return ["-s -w", ...(kubernetes ? variables : [])].join(" ");
}

/** The flags of `go build`, and the package where it is another module's. */
async function flagsOf(program: GoProgram): Promise<string[]> {
  const goMod = await Deno.readTextFile(`${program.module}/go.mod`);
  const flags = ["-trimpath", "-buildvcs=false", "-ldflags", linkerFlags(goMod)];
  return program.package ? [...flags, program.package] : flags;
}

/** The digest of sources and flags, known before the program is built. */
export async function digestOfProgram(program: GoProgram): Promise<string> {
  const sources = (await filesIn(program.module)).filter((file) => /(\.go|^go\.(mod|sum))$/.test(file));
  const flags = new TextEncoder().encode((await flagsOf(program)).join(" "));
  return await contentOf([
    { path: "flags", digest: await sha256(flags) },
    ...await Promise.all(sources.map((file) => fileEntry(`${program.module}/${file}`, file))),
  ]);
}

const building = new Map<string, Promise<string>>();

/**
 * Returns the built program's path; calls `report` if it must be compiled. Two images may need one program at the same
 * time.
 */
export function buildProgram(program: GoProgram, report: (line: string) => void): Promise<string> {
  const started = building.get(program.name) ?? buildOnce(program, report);
  building.set(program.name, started);
  return started;
}

async function buildOnce(program: GoProgram, report: (line: string) => void): Promise<string> {
  const folder = cacheFolder(`go/${program.name}-${(await digestOfProgram(program)).slice(0, 16)}`);
  const file = `${folder}/${program.name}`;
  if (await Deno.stat(file).then(() => true, () => false)) return file;
  const start = performance.now();
  report(
    `${program.name}: compiling${program.name === "kube" ? " (7 minutes where Go's own cache is cold)" : ""}`,
  );
  await Deno.mkdir(folder, { recursive: true });
  const unfinished = `${file}.${Deno.pid}`;
  await output("go", ["build", "-o", unfinished, ...await flagsOf(program)], {
    cwd: program.module,
    env: { CGO_ENABLED: "0" },
  });
  await Deno.rename(unfinished, file);
  report(`${program.name}: compiled in ${Math.round((performance.now() - start) / 1000)} s`);
  return file;
}
