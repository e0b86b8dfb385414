/** Which programs lint which files, as data. */
import { goModules, isPlainC, isShell, type Source } from "./sources.ts";

export interface Linter {
  name: string;
  /** Linted again when one of them changes. */
  files: Source[];
  program: string;
  args: string[];
  /** Where the program runs, from the repository's root. */
  cwd: string;
  /** Prints the program's version. */
  version: string[];
}

const STATICCHECK = "honnef.co/go/tools/cmd/staticcheck@v0.8.2";
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.9";

/** Throws where a kind of file is missing: then the search is broken, not the repository clean. */
export function lintersFor(sources: Source[]): Linter[] {
  const linters = [...shell(sources), ...go(sources), ...c(sources), ...workflows(sources)];
  for (const kind of ["shellcheck", "staticcheck", "gcc", "actionlint"]) {
    if (!linters.some(({ name }) => name.startsWith(kind))) {
      throw new Error(`Cannot lint: no files for ${kind}`);
    }
  }
  return linters;
}

function shell(sources: Source[]): Linter[] {
  const files = sources.filter(isShell);
  if (files.length === 0) return [];
  // It follows `source=` of the scripts' directives, which are paths from the root.
  const args = ["--external-sources", ...files.map(({ path }) => path)];
  return [{ name: "shellcheck", files, program: "shellcheck", args, cwd: ".", version: ["--version"] }];
}

/**
 * A package that has all of Kubernetes or Helm in it is compiled for its tests only: vet and staticcheck read what a
 * package imports as well, which takes a quarter of an hour and 1.4 GB for Kubernetes, and minutes for Helm.
 */
const isHuge = (text: string) => /"(k8s\.io\/kubernetes|helm\.sh\/helm)\//.test(text);

function go(all: Source[]): Linter[] {
  return goModules(all).flatMap((module) => {
    const files = all.filter(({ path }) => path.startsWith(`${module}/`) && /\.(go|mod|sum)$/.test(path));
    const sources = files.filter(({ path }) => path.endsWith(".go"));
    // It only pins a program of another module.
    if (sources.length === 0) return [];
    const packages = packagesOf(sources, module);
    const rest = { files, cwd: module, program: "go", version: ["version"] };
    const gofmt = { ...rest, name: `gofmt ${module}`, program: "gofmt", args: ["-l", "."], version: ["-h"] };
    if (packages.length === 0) return [gofmt];
    return [
      gofmt,
      { ...rest, name: `go vet ${module}`, args: ["vet", ...packages] },
      { ...rest, name: `staticcheck ${module}`, args: ["run", STATICCHECK, ...packages] },
    ];
  });
}

function packagesOf(files: Source[], module: string): string[] {
  const folderOf = (path: string) => `.${path.slice(module.length, path.lastIndexOf("/"))}`;
  const huge = new Set(files.filter(({ text }) => isHuge(text)).map(({ path }) => folderOf(path)));
  return [...new Set(files.map(({ path }) => folderOf(path)))].filter((folder) => !huge.has(folder));
}

function c(sources: Source[]): Linter[] {
  const headers = sources.filter(({ path }) => path.endsWith(".h"));
  // Some warnings need the optimizer's view of the code.
  const flags = ["-Wall", "-Wextra", "-Werror", "-O2", "-c", "-o", "/dev/null"];
  return sources.filter(isPlainC).map((file) => ({
    ...{
      name: `gcc ${file.path}`,
      files: [file, ...headers],
      program: "gcc",
      args: [...flags, file.path],
      cwd: ".",
    },
    version: ["--version"],
  }));
}

/** It hands the shell in a workflow to shellcheck. */
function workflows(sources: Source[]): Linter[] {
  const files = sources.filter(({ path }) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  if (files.length === 0) return [];
  const args = ["run", ACTIONLINT, "-no-color", ...files.map(({ path }) => path)];
  const version = ["run", ACTIONLINT, "-version"];
  return [{ name: "actionlint", files, program: "go", args, cwd: ".", version }];
}
