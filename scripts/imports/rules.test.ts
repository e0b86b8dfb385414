import assert from "node:assert/strict";
import { contract } from "../../lib/contract.ts";
import { checkImports } from "./check.ts";
import { circlesIn } from "./circles.ts";
import { type Import, importsIn } from "./graph.ts";
import { problemsOf, roomOf, textProblemsOf } from "./rules.ts";

Deno.test("imports are read from what Deno says of its module graph", () => {
  const dependencies = [
    { specifier: "./b.ts", code: { specifier: "file:///root/lib/b.ts" } },
    { specifier: "./c.ts", type: { specifier: "file:///root/lib/c.ts" } },
    { specifier: "./d.ts", code: { specifier: "file:///root/lib/d.ts" }, isDynamic: true },
    { specifier: "@kubernetes/client-node", type: { specifier: "npm:@kubernetes/client-node@2.0.1" } },
    { specifier: "x/y.js", code: { specifier: "npm:/dockerode@5.0.1/lib/x.js" } },
    { specifier: "node:os", code: { specifier: "node:os" } },
  ];
  const modules = [{ specifier: "file:///root/lib/a.ts", dependencies }, {
    specifier: "file:///tmp/entry.ts",
  }];
  assert.deepEqual(importsIn({ modules }, "file:///root/").map(({ to, kind }) => `${to} ${kind}`), [
    "lib/b.ts static",
    "lib/c.ts type",
    "lib/d.ts dynamic",
    "@kubernetes/client-node type",
    "dockerode static",
    "node:os static",
  ]);
  const lost = [{
    specifier: "file:///root/a.ts",
    dependencies: [{ specifier: "./b.ts", code: { error: "gone" } }],
  }];
  assert.throws(() => importsIn({ modules: lost }, "file:///root/"), /Cannot resolve ".\/b.ts".*gone/);
});

Deno.test("a file stands in the innermost room", () => {
  assert.deepEqual(
    ["main.ts", "lib/wait.ts", "lib/plan/modes/beside.ts", "operator/main.ts", "deno.json", "images/a/b.json"]
      .map(roomOf),
    ["", "lib", "lib/plan", "operator", undefined, undefined],
  );
});

Deno.test("what breaks a rule is reported", () => {
  const table: [from: string, to: string, kind: Import["kind"], RegExp][] = [
    ["cli/up.ts", "operator/main.ts", "static", /cli must not import operator/],
    ["cli/up.ts", "operator/main.ts", "dynamic", /cli must not import operator/],
    ["cli/operator.ts", "operator/main.ts", "static", /cli must not import operator/],
    ["operator/main.ts", "cli/cli.ts", "type", /operator must not import cli/],
    ["operator/main.ts", "lib/connection/up.ts", "type", /operator must not import lib\/connection/],
    ["operator/bridge/restore.ts", "lib/install/install.ts", "static", /must not import lib\/install/],
    ["operator/runtime/queue.ts", "operator/bridge/drain.ts", "type", /must not import operator\/bridge/],
    ["lib/app/run.ts", "cli/output.ts", "static", /lib\/app must not import cli/],
    ["lib/app/run.ts", "operator/runtime/queue.ts", "static", /lib\/app must not import operator/],
    ["lib/app/run.ts", "scripts/bundle.ts", "static", /lib\/app must not import scripts/],
    ["lib/plan/plan.ts", "lib/kube/cluster.ts", "type", /lib\/plan must not import lib\/kube/],
    ["lib/workload/ports.ts", "lib/plan/plan.ts", "type", /lib\/workload must not import lib\/plan/],
    ["lib/api/bridge.ts", "lib/workload/ports.ts", "type", /lib\/api must not import lib\/workload/],
    ["lib/kube/exec.ts", "lib/docker/engine.ts", "type", /lib\/kube must not import lib\/docker/],
    ["main.ts", "lib/names.ts", "static", /main.ts must not import lib/],
    ["lib/plan/plan.test.ts", "cli/up.ts", "static", /lib\/plan must not import cli/],
    ["lib/wait.ts", "@kubernetes/client-node", "static", /only lib\/kube\/client.ts/],
    ["cli/up.ts", "@kubernetes/client-node", "dynamic", /only lib\/kube\/client.ts/],
    ["operator/main.ts", "dockerode", "static", /only lib\/docker\/dockerode.ts/],
  ];
  for (const [from, to, kind, expected] of table) {
    const problems = problemsOf([{ from, to, kind }]);
    assert.equal(problems.length, 1, `${from} → ${to}`);
    assert.match(problems[0]!, expected);
  }
});

Deno.test("what keeps the rules is not reported", () => {
  const table: [from: string, to: string, kind: Import["kind"]][] = [
    ["main.ts", "cli/cli.ts", "static"],
    ["cli/operator.ts", "operator/main.ts", "dynamic"],
    ["cli/up.ts", "lib/names.ts", "static"],
    ["operator/bridge/pods.ts", "lib/pods/carrier.ts", "static"],
    ["lib/kube/client.ts", "@kubernetes/client-node", "static"],
    ["lib/kube/exec.ts", "@kubernetes/client-node", "type"],
    ["lib/plan/modes/replace.ts", "images/carrier/stand-ins.json", "static"],
    ["lib/kube/paths.test.ts", "lib/config/manifests.ts", "static"],
    ["tests/e2e/tour.test.ts", "lib/names.ts", "static"],
  ];
  assert.deepEqual(problemsOf(table.map(([from, to, kind]) => ({ from, to, kind }))), []);
});

Deno.test("what a file must not say is reported", () => {
  const table: [path: string, text: string, RegExp][] = [
    ["lib/index.ts", `export * from "./names.ts";`, /nothing may be re-exported whole/],
    ["lib/docker/util.ts", "", /name it after what it does/],
    ["tests/utils.ts", "", /name it after what it does/],
    ["cli/list.ts", `phase === "Active"`, /"Active" is a constant in lib\/api/],
    ["operator/bridge/outcome.ts", `reason: "PartlyBridged"`, /"PartlyBridged" is a constant/],
    ["lib/lab/nodes.ts", `const PORT = ${contract.ports.labApiServer};`, /belongs to images\/contract/],
    ["lib/pods/carrier.ts", `const PROGRAM = "${contract.paths.carrier}";`, /belongs to images\/contract/],
    ["lib/config/stowaway.ts", "`${pool} dev wg0 mtu ${mtu}`", /wg0 belongs to images\/contract/],
    ["lib/plan/plan.ts", `Deno.env.get("HOME")`, /lib\/plan is pure/],
    ["operator/bridge/drain.ts", "const drains = new Map<string, Drain>();", /a module has no state/],
    ["lib/wait.ts", "export const seen: Set<string> = new Set();", /a module has no state/],
    ["cli/up.ts", "let begun = false;", /a module has no state/],
  ];
  for (const [path, text, expected] of table) assert.match(textProblemsOf(path, text).join(), expected, path);
  assert.deepEqual(textProblemsOf("lib/plan/plan.test.ts", "Deno.test()"), []);
  assert.deepEqual(
    textProblemsOf("lib/names.ts", `/** e.g. 51820, in "wg0". */\n  // 51820\nconst a = 1;`),
    [],
  );
  const constant = 'const names = new Map([["a", 1]]);\n  const mine = new Map();';
  assert.deepEqual(textProblemsOf("lib/api/kinds.ts", constant), []);
  assert.deepEqual(textProblemsOf("lib/pods/resolve.ts", `pod.status?.phase !== "Failed"`), []);
});

Deno.test("circles are found, those of types too, each once", () => {
  const imports = (pairs: string[]): Import[] =>
    pairs.map((pair) => ({ from: pair[0]!, to: pair[1]!, kind: "type" }));
  assert.deepEqual(circlesIn(imports(["ab", "bc", "ca", "da", "de"])), [["a", "b", "c", "a"]]);
  assert.deepEqual(circlesIn(imports(["ab", "ac", "bd", "cd"])), []);
});

Deno.test("this repository keeps the rules", async () => {
  assert.deepEqual(await checkImports(new URL("../..", import.meta.url).pathname), []);
});
