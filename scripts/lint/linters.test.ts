import assert from "node:assert/strict";
import { lint } from "./lint.ts";
import { lintersFor } from "./linters.ts";
import { goModules, isPlainC, isShell, readRepository, type Source } from "./sources.ts";

const faulty: Record<string, string> = {
  "run": "#!/bin/bash\necho $1\n",
  "a/go.mod": "module a\n\ngo 1.24.0\n",
  "a/main.go": `package main

import "fmt"

func main() {
  fmt.Printf("%d\\n", "text")
}

func unused() {}
`,
  "a.c": "int main(int argc, char **argv) { unsigned one = 1; return argc < one; }\n",
  ".github/workflows/ci.yml":
    "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    needs: two\n    steps:\n      - run: echo $1\n",
};
const found: Record<string, RegExp> = {
  "shellcheck": /SC2086/,
  "gofmt a": /^main\.go$/,
  "go vet a": /Printf format %d/,
  "staticcheck a": /func unused is unused \(U1000\)/,
  "actionlint": /needs job "two".*SC2086/s,
  "gcc a.c": /comparison .*unused parameter/s,
};

const sourcesOf = (files: Record<string, string>): Source[] =>
  Object.entries(files).map(([path, text]) => ({ path, text }));

Deno.test("each linter finds a fault, also the second time", async () => {
  const root = await Deno.makeTempDir({ prefix: "gefyra-lint-" });
  try {
    for (const folder of ["a", ".github/workflows"]) {
      await Deno.mkdir(`${root}/${folder}`, { recursive: true });
    }
    for (const [path, text] of Object.entries(faulty)) await Deno.writeTextFile(`${root}/${path}`, text);
    const linters = lintersFor(sourcesOf(faulty)).map((linter) => ({
      ...linter,
      cwd: `${root}/${linter.cwd}`,
    }));
    assert.deepEqual(linters.map(({ name }) => name).sort(), Object.keys(found).sort());
    for (let time = 0; time < 2; time++) {
      for (
        const { name, faults, fresh } of await Promise.all(linters.map((one) => lint(one, `${root}/passes`)))
      ) {
        assert.match(faults, found[name]!);
        assert.ok(fresh);
      }
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("what has passed is linted again when a file changes", async () => {
  const root = await Deno.makeTempDir({ prefix: "gefyra-lint-" });
  try {
    const run = async (text: string) => {
      await Deno.writeTextFile(`${root}/run`, text);
      const files = [{ path: "run", text }];
      const linter = { name: "shellcheck", files, program: "shellcheck", args: ["run"], cwd: root };
      return await lint({ ...linter, version: ["--version"] }, `${root}/passes`);
    };
    assert.deepEqual(await run("#!/bin/sh\ntrue\n"), { name: "shellcheck", faults: "", fresh: true });
    assert.deepEqual(await run("#!/bin/sh\ntrue\n"), { name: "shellcheck", faults: "", fresh: false });
    assert.match((await run("#!/bin/sh\necho $1\n")).faults, /SC2086/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a kind of file that is nowhere found is a fault of the search", () => {
  for (
    const [missing, kind] of [["run", "shellcheck"], ["a/go.mod", "staticcheck"], ["a.c", "gcc"], [
      ".github/workflows/ci.yml",
      "actionlint",
    ]] as const
  ) {
    const rest = sourcesOf(faulty).filter(({ path }) => path !== missing);
    assert.throws(() => lintersFor(rest), new RegExp(`no files for ${kind}`));
  }
});

Deno.test("files are told apart by what they are", () => {
  const shell = ["#!/bin/bash\n", "#!/bin/sh\n", "#!/usr/bin/env bash\n", "#!/opt/carrier/bin/bash\n"];
  for (const text of shell) assert.ok(isShell({ path: "run", text }), text);
  assert.ok(isShell({ path: "part.sh", text: "true\n" }));
  for (const text of ["#!/usr/bin/env python3\n", "# not #!/bin/sh\n", ""]) {
    assert.ok(!isShell({ path: "run", text }), text);
  }
  assert.ok(isPlainC({ path: "a.c", text: "#include <stdio.h>\n" }));
  assert.ok(!isPlainC({ path: "a.c", text: "#include <ngx_config.h>\n" }));
});

Deno.test("the repository's own scripts and modules are among what is linted", async () => {
  const sources = await readRepository(new URL("../..", import.meta.url).pathname);
  const scripts = sources.filter(isShell).map(({ path }) => path);
  for (
    const path of [".ci/run", "scripts/test", "images/carrier/install-stand-ins", "images/lab/node/worker.sh"]
  ) {
    assert.ok(scripts.includes(path), path);
  }
  assert.ok(goModules(sources).includes("images/lab/kube"));
});

Deno.test("a Go module that only pins a program of another one has nothing to lint", () => {
  const pin = { path: "b/go.mod", text: "module b\n" };
  const names = lintersFor([...sourcesOf(faulty), pin]).map(({ name }) => name);
  assert.deepEqual(names.sort(), Object.keys(found).sort());
});

Deno.test("all of Kubernetes is not read for a package that only starts it", () => {
  const [kube, small] = [
    'import app "k8s.io/kubernetes/cmd/kubelet/app"\n',
    'import "k8s.io/client-go/kubernetes"\n',
  ];
  const sources = sourcesOf({ ...faulty, "a/main.go": kube, "a/small/small.go": small });
  const vet = lintersFor(sources).find(({ name }) => name === "go vet a");
  assert.deepEqual(vet?.args, ["vet", "./small"]);
});

Deno.test("a module of one such package is formatted, and not read", () => {
  const helm = { "h/go.mod": "module h\n", "h/main.go": 'import "helm.sh/helm/v3/pkg/engine"\n' };
  const names = lintersFor(sourcesOf({ ...faulty, ...helm })).map(({ name }) => name);
  assert.deepEqual(names.filter((name) => name.endsWith(" h")), ["gofmt h"]);
});
