/** What cannot be done is said in one error with a remedy, and nothing is touched. */
import assert from "node:assert/strict";
import { exitCodes } from "../../../lib/errors.ts";
import { docker } from "../../docker.ts";
import { gefyra, tryGefyra } from "../harness/gefyra.ts";
import { APP, named } from "../harness/names.ts";
import { assertRefused, type Refusal } from "../harness/refusal.ts";
import { testEnv } from "../harness/test-env.ts";
import { assertUnchanged, snapshot } from "../harness/snapshot.ts";
import { tools, workload } from "../harness/workloads.ts";

const STOPPED = named("stopped");

Deno.test("what cannot be bridged or run is refused, and nothing is changed", async (t) => {
  await using place = await testEnv("refusals");
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
  await Promise.all([place.run(APP, "local"), place.run(STOPPED, "local")]);
  await docker(["stop", "--time", "1", STOPPED]);
  const bridge = (change: Record<string, string> = {}) => {
    const options = {
      "-N": APP,
      "-n": namespace,
      "--target": "deployment/web",
      "--port": "80:8000",
      ...change,
    };
    return ["bridge", ...Object.entries(options).flat()];
  };
  await gefyra(...bridge({ "-I": "holder" }));
  const before = await snapshot(namespace);
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
      args: ["run", "-i", "pyserver", "-N", named("other"), "-n", namespace, "-e", ""],
      exit: "usage",
      says: /environment variable "": it has no name/,
    },
    {
      name: "an image's name that is none",
      args: ["run", "-i", "tools:1; x", "-N", named("other"), "-n", namespace],
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
      args: bridge({ "-N": STOPPED }),
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
      says: /already bridged by "holder"/,
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
      args: ["run", "-i", "localhost:1/nowhere", "-N", named("other"), "-n", namespace],
      exit: "notFound",
      says: /image "localhost:1\/nowhere"/,
    },
    {
      name: "run in a namespace that is not there",
      args: ["run", "-i", "pyserver", "-N", named("other"), "-n", "nowhere"],
      exit: "notFound",
      says: /namespace "nowhere": it does not exist/,
    },
    {
      name: "a container's name that is taken",
      args: ["run", "-i", "pyserver", "-N", APP, "-n", namespace],
      exit: "conflict",
      says: new RegExp(`container "${APP}"`),
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
  await using _place = await testEnv("usage");
  for (
    const args of [["brigde"], ["up", "--prot", "1"], ["run", "-N", APP], ["up", "--port", "x"], [
      "list",
      "-o",
      "xml",
    ]]
  ) {
    const { code, stderr } = await tryGefyra(args);
    assert.equal(code, exitCodes.usage, args.join(" "));
    assert.match(stderr, /^error: .*\n/i);
  }
});
