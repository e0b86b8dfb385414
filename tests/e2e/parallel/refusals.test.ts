/** What cannot be done is said in one error with a remedy, and nothing is touched. */
import assert from "node:assert/strict";
import { exitCodes, type ExitReason } from "../../lib/errors.ts";
import { docker } from "../docker.ts";
import { withoutRights, withoutServer } from "./harness/access.ts";
import { gefyra, tryGefyra } from "./harness/gefyra.ts";
import { folder } from "./harness/home.ts";
import { scene } from "./harness/scene.ts";
import { assertUnchanged, snapshot } from "./harness/snapshot.ts";
import { tools, workload } from "./harness/workloads.ts";

interface Refusal {
  name: string;
  args: string[];
  exit: ExitReason;
  /** What the error says, beside "Cannot …". */
  says: RegExp;
  env?: Record<string, string>;
}

async function assertRefused({ args, exit, says, env }: Refusal): Promise<void> {
  const { code, stdout, stderr } = await tryGefyra(args, env);
  const errors = stderr.split("\n").filter((line) => line.startsWith("Error: "));
  assert.equal(errors.length, 1, `not one error:\n${stderr}`);
  assert.match(errors[0]!, /^Error: Cannot .*[^.]$/);
  assert.match(errors[0]!, says);
  assert.match(stderr, /^ {2}→ ./m, "there is no hint");
  assert.ok(!stderr.includes("    at "), `there is a stack trace:\n${stderr}`);
  assert.equal(stdout, "");
  assert.equal(code, exitCodes[exit], stderr);
}

Deno.test("what cannot be done without a connection is refused, and nothing is changed", async (t) => {
  await using place = await scene("unconnected");
  const rightless = await withoutRights(place.namespace), serverless = await withoutServer();
  const before = await snapshot();
  const unconnected = { exit: "notFound", says: /not connected/ } as const;
  const table: Refusal[] = [
    { name: "run", args: ["run", "-i", "pyserver", "-N", "app"], ...unconnected },
    {
      name: "bridge",
      args: ["bridge", "-N", "app", "--target", "deployment/web", "--port", "80"],
      ...unconnected,
    },
    { name: "list", args: ["list"], ...unconnected },
    { name: "unbridge", args: ["unbridge", "--all"], ...unconnected },
    {
      name: "up, where no API server answers",
      args: ["up", "--kubeconfig", serverless],
      exit: "unreachable",
      says: /reach the cluster/,
    },
    {
      name: "up, without a kubeconfig",
      args: ["up", "--kubeconfig", `${folder}/missing`],
      exit: "unreachable",
      says: /kubeconfig/,
    },
    {
      name: "up, with no kubeconfig at all",
      args: ["up"],
      env: { KUBECONFIG: "", HOME: `${folder}/empty-home` },
      exit: "unreachable",
      says: /find a cluster: there is no kubeconfig/,
    },
    {
      name: "up, with a context that is not there",
      args: ["up", "--context", "elsewhere"],
      exit: "notFound",
      says: /"elsewhere"/,
    },
    {
      name: "up, without rights",
      args: ["up", "--kubeconfig", rightless],
      exit: "forbidden",
      says: /its user may not create namespaces, create customresourcedefinitions/,
    },
    {
      name: "up, without Docker",
      args: ["up"],
      env: { DOCKER_HOST: `unix://${folder}/missing.sock` },
      exit: "unreachable",
      says: /reach Docker/,
    },
    {
      name: "up, with Docker over SSH",
      args: ["up"],
      env: { DOCKER_HOST: "ssh://somebody@somewhere" },
      exit: "unreachable",
      says: /use Docker at ssh:/,
    },
    {
      name: "down, without Docker",
      args: ["down"],
      env: { DOCKER_HOST: `unix://${folder}/missing.sock` },
      exit: "unreachable",
      says: /reach Docker/,
    },
    {
      name: "up, with images that are nowhere",
      args: ["up", "--tag", "nowhere"],
      exit: "notFound",
      says: /image "gefyra\/cargo:nowhere"/,
    },
  ];
  for (const refusal of table) await t.step(refusal.name, () => assertRefused(refusal));
  await t.step("nothing was changed", () => assertUnchanged(before));
});

Deno.test("what cannot be bridged or run is refused, and nothing is changed", async (t) => {
  await using place = await scene("refusals");
  const { namespace } = place;
  const exec = { readinessProbe: { exec: { command: ["true"] }, periodSeconds: 1 } };
  const odd = { command: ["/usr/sbin/../sbin/nginx", "-g", "daemon off;"] };
  await place.apply([
    ...[
      tools(),
      ...workload("web"),
      ...workload("probed", { extra: exec }),
      ...workload("odd", { extra: odd }),
    ],
  ]);
  await gefyra("up");
  await Promise.all([place.run("app", "local"), place.run("stopped", "local")]);
  await docker(["stop", "--time", "1", "stopped"]);
  const bridge = (change: Record<string, string> = {}) => {
    const options = {
      "-N": "app",
      "-n": namespace,
      "--target": "deployment/web",
      "--port": "80:8000",
      ...change,
    };
    return ["bridge", ...Object.entries(options).flat()];
  };
  await gefyra(...bridge({ "-I": "holder" }));
  const before = await snapshot();
  const marker = `${place.folder}/injected`;
  const evil = `$(touch ${marker});\`touch ${marker}\``;
  const table: Refusal[] = [
    {
      name: "a deployment that is not there",
      args: bridge({ "--target": "deployment/missing" }),
      exit: "notFound",
      says: /"deployment\/missing": there is none in namespace/,
    },
    {
      name: "a namespace that is not there",
      args: bridge({ "-n": "nowhere" }),
      exit: "notFound",
      says: /namespace "nowhere": it does not exist/,
    },
    {
      name: "unbridge in a namespace that is not there",
      args: ["unbridge", "-N", "holder", "-n", "nowhere"],
      exit: "notFound",
      says: /namespace "nowhere": it does not exist/,
    },
    {
      name: "an environment variable without a name",
      args: ["run", "-i", "pyserver", "-N", "other", "-n", namespace, "-e", ""],
      exit: "usage",
      says: /environment variable "": it has no name/,
    },
    {
      name: "an image's name that is none",
      args: ["run", "-i", "tools:1; x", "-N", "other", "-n", namespace],
      exit: "usage",
      says: /image "tools:1; x": it is not a valid name/,
    },
    {
      name: "a container that is not there, naming those that are",
      args: bridge({ "--target": "deployment/web/missing" }),
      exit: "refused",
      says: /no container "missing" \(there are: hello-nginx\)/,
    },
    {
      name: "a port that is not there, naming those that are",
      args: bridge({ "--port": "81:8000", "--target": "deployment/odd" }),
      exit: "refused",
      says: /no port 81 \(it declares: 80\)/,
    },
    {
      name: "an app container that is not there, naming those that are",
      args: bridge({ "-N": "missing" }),
      exit: "notFound",
      says: /container "missing"/,
    },
    {
      name: "an app container that is stopped",
      args: bridge({ "-N": "stopped" }),
      exit: "conflict",
      says: /exited/,
    },
    { name: "a port that is none", args: bridge({ "--port": "80:http" }), exit: "usage", says: /"80:http"/ },
    {
      name: "a port that is too high",
      args: bridge({ "--port": "80:65536" }),
      exit: "usage",
      says: /"80:65536"/,
    },
    { name: "a kind that is none", args: bridge({ "--target": "job/web" }), exit: "usage", says: /"job"/ },
    {
      name: "a bridge's name that is taken",
      args: bridge({ "-I": "holder" }),
      exit: "conflict",
      says: /"holder": it exists/,
    },
    {
      name: "a container that is bridged already, naming the holder",
      args: bridge({ "-I": "second" }),
      exit: "refused",
      says: /bridged already, by "holder"/,
    },
    {
      name: "an exec probe",
      args: [...bridge({ "--target": "deployment/probed" }), "--replace"],
      exit: "refused",
      says: /readiness probe runs a program of the original image/,
    },
    {
      name: "a command that Carrier cannot stand in for",
      args: [...bridge({ "--target": "deployment/odd" }), "--replace"],
      exit: "refused",
      says: /its command .* is not one that Carrier can stand in for/,
    },
    {
      name: "a bridge that is not there",
      args: ["unbridge", "-N", "missing"],
      exit: "notFound",
      says: /"missing"/,
    },
    { name: "unbridge of nothing", args: ["unbridge"], exit: "usage", says: /name one bridge, or all/ },
    {
      name: "an image that is nowhere",
      args: ["run", "-i", "localhost:1/nowhere", "-N", "other", "-n", namespace],
      exit: "notFound",
      says: /image "localhost:1\/nowhere"/,
    },
    {
      name: "run in a namespace that is not there",
      args: ["run", "-i", "pyserver", "-N", "other", "-n", "nowhere"],
      exit: "notFound",
      says: /namespace "nowhere": it does not exist/,
    },
    {
      name: "a container's name that is taken",
      args: ["run", "-i", "pyserver", "-N", "app", "-n", namespace],
      exit: "conflict",
      says: /container "app"/,
    },
    {
      name: "shell metacharacters in a target",
      args: bridge({ "--target": `deployment/${evil.replaceAll("/", "")}` }),
      exit: "usage",
      says: /touch/,
    },
    {
      name: "shell metacharacters in a namespace",
      args: bridge({ "-n": evil }),
      exit: "usage",
      says: /touch/,
    },
    {
      name: "shell metacharacters in a bridge's name",
      args: bridge({ "-I": evil }),
      exit: "usage",
      says: /touch/,
    },
    {
      name: "shell metacharacters in a container's name",
      args: ["run", "-i", "pyserver", "-N", evil, "-n", namespace],
      exit: "usage",
      says: /touch/,
    },
  ];
  for (const refusal of table) await t.step(refusal.name, () => assertRefused(refusal));
  await t.step("nothing was changed", async () => {
    await assertUnchanged(before);
    assert.equal(await Deno.stat(marker).then(() => true, () => false), false, "a flag was run by a shell");
    assert.equal(await place.ask("http://web"), "local");
  });
});

Deno.test("a command line that is none ends with exit code 2", async () => {
  await using _place = await scene("usage");
  for (
    const args of [["brigde"], ["up", "--prot", "1"], ["run", "-N", "app"], ["up", "--port", "x"], [
      "list",
      "-o",
      "xml",
    ]]
  ) {
    const { code, stderr } = await tryGefyra(args);
    assert.equal(code, exitCodes.usage, args.join(" "));
    assert.match(stderr, /^error: .*\n/);
  }
});
