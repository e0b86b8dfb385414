import assert from "node:assert/strict";
import { importsOf, problemsOf, readSources } from "./check-imports.ts";

Deno.test("every shape of import is found, with what is left of it at run time", () => {
  const source = [
    'import a from "./a.ts";',
    'import type { B } from "./b.ts";',
    "import {",
    "  c,",
    "  d,",
    '} from "./c.ts";',
    'import * as e from "./e.ts";',
    'import "./f.ts";',
    'import config from "./g.json" with { type: "json" };',
    'export { h } from "./h.ts";',
    'export type { I } from "./i.ts";',
    'export * from "./j.ts";',
    'export * as k from "./k.ts";',
    'type L = typeof import("./l.ts");',
    'const m = await import("./m.ts");',
    'const text = "n"; // import "./no.ts"',
    '// import "./never.ts";',
    'export async function n(k: typeof import("./n.ts")) {}',
    "export const answer = 42;",
  ].join("\n");
  const found = importsOf(source).map(({ specifier, kind, all }) =>
    `${specifier} ${kind}${all ? " all" : ""}`
  );
  assert.deepEqual(found.sort(), [
    "./a.ts static",
    "./b.ts type",
    "./c.ts static",
    "./e.ts static",
    "./f.ts static",
    "./g.json static",
    "./h.ts static",
    "./i.ts type",
    "./j.ts static all",
    "./k.ts static all",
    "./l.ts type",
    "./m.ts dynamic",
    "./n.ts type",
  ]);
});

Deno.test("what breaks a rule is reported", () => {
  const table: [string, string, RegExp][] = [
    ["cli/up.ts", `import { a } from "../operator/main.ts";`, /cli must not import operator/],
    ["cli/up.ts", `const a = await import("../operator/main.ts");`, /cli must not import operator/],
    ["cli/operator.ts", `import { a } from "../operator/main.ts";`, /cli must not import operator/],
    ["operator/main.ts", `import { a } from "../cli/cli.ts";`, /operator must not import cli/],
    ["operator/main.ts", `import type { A } from "../cli/cli.ts";`, /operator must not import cli/],
    ["lib/app/run.ts", `import { a } from "../../cli/output.ts";`, /lib must not import cli/],
    [
      "lib/app/run.ts",
      `import { a } from "../../operator/runtime/queue.ts";`,
      /lib must not import operator/,
    ],
    ["lib/app/run.ts", `import { a } from "../../scripts/bundle.ts";`, /lib must not import scripts/],
    ["main.ts", `import { a } from "./lib/names.ts";`, /main.ts must import cli\/cli.ts only/],
    ["lib/wait.ts", `import { a } from "@kubernetes/client-node";`, /only lib\/cluster\/client.ts/],
    ["cli/up.ts", `await import("@kubernetes/client-node");`, /only lib\/cluster\/client.ts/],
    ["lib/wait.ts", `import { a } from "@kubernetes/client-node/dist/a.js";`, /only lib\/cluster\/client.ts/],
    ["operator/main.ts", `import Docker from "dockerode";`, /only lib\/docker\/dockerode.ts/],
    ["lib/docker/engine.ts", `import Docker from "npm:dockerode";`, /only lib\/docker\/dockerode.ts/],
    ["lib/index.ts", `export * from "./names.ts";`, /nothing may be re-exported whole/],
    ["lib/docker/util.ts", "", /name it after what it does/],
    ["tests/utils.ts", "", /name it after what it does/],
  ];
  for (const [file, source, expected] of table) {
    const problems = problemsOf({ [file]: source });
    assert.equal(problems.length, 1, `${file}: ${source}`);
    assert.match(problems[0]!, expected);
  }
});

Deno.test("what keeps the rules is not reported", () => {
  const sources = {
    "main.ts": `import { cli } from "./cli/cli.ts";`,
    "cli/operator.ts": `const a = await import("../operator/main.ts");`,
    "cli/up.ts": `import { a } from "../lib/names.ts";`,
    "operator/main.ts": `import { a } from "../lib/names.ts";`,
    "lib/kube/client.ts": `const a = await import("@kubernetes/client-node");`,
    "lib/kube/exec.ts": `type A = typeof import("@kubernetes/client-node");`,
    "lib/workload/selector.ts": `import type { V1Pod } from "@kubernetes/client-node";`,
    "lib/docker/dockerode.ts": `import Docker from "dockerode";`,
    "tests/e2e/tour.test.ts": `import { a } from "../../lib/names.ts";`,
  };
  assert.deepEqual(problemsOf(sources), []);
});

Deno.test("this repository keeps the rules", async () => {
  const sources = await readSources(new URL("..", import.meta.url).pathname);
  assert.ok("lib/names.ts" in sources && "cli/cli.ts" in sources && "operator/main.ts" in sources);
  assert.deepEqual(problemsOf(sources), []);
});
