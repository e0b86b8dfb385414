/** One machine, several connections: to two clusters, and two to the same one. */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { docker, eventually } from "../docker.ts";
import { type Output, tryGefyra } from "./harness/gefyra.ts";
import { CONTEXT, kubeconfig } from "./harness/home.ts";
import type { Json, Manifest } from "./harness/kubectl.ts";
import { scene } from "./harness/scene.ts";
import { type SecondLab, secondLab } from "./harness/second-lab.ts";
import { ordered, report, timed } from "./harness/steps.ts";
import { tools, workload } from "./harness/workloads.ts";

Deno.test("two clusters at once, each with apps and bridges of its own", async (t) => {
  await using place = await scene("clusters");
  const step = ordered(t);
  const file = `${place.folder}/kubeconfig`;
  await Deno.copyFile(kubeconfig, file);
  await using second = await secondLab(file, ["hello-nginx:latest", "tools:latest"]);
  const labs = [CONTEXT, second.context] as const;
  await useContext(file, CONTEXT);

  /** As somebody who names no connection. */
  const attempt = (...args: string[]) => tryGefyra(args, { KUBECONFIG: file, GEFYRA_CONNECTION: "" });
  const gefyra = async (...args: string[]): Promise<Output> => {
    const output = await attempt(...args);
    assert.equal(output.code, 0, `gefyra ${args.join(" ")}\n${output.stderr}\n${output.stdout}`);
    return output;
  };
  const mine = async (): Promise<Record<string, Json>> => {
    const { connections } = JSON.parse((await gefyra("list", "--connections", "-o", "json")).stdout);
    return Object.fromEntries(connections.map((one: Json) => [one.name, one]));
  };
  const { namespace } = place;
  const web = [tools(), ...workload("web")];
  const ask = {
    [CONTEXT]: place.ask,
    [second.context]: (url: string) => curl(second.kubectl, namespace, url),
  };
  const local = (app: string) => docker(["exec", app, "curl", "--silent", "--max-time", "4", "http://web"]);
  const run = async (app: string, ...args: string[]) => {
    await place.write(app, `local ${app}`);
    const mount = ["-v", `${place.folder}/${app}:/src`];
    await gefyra("run", "-i", "pyserver", "-N", app, "-n", namespace, "-d", ...mount, ...args);
  };
  const bridge = (app: string, ...args: string[]) => {
    const target = ["-n", namespace, "--target", "deployment/web", "-I", app];
    return gefyra("bridge", "-N", app, ...target, "--port", "80:8000", ...args);
  };
  const originals: Record<string, string> = {};
  await Promise.all([place.apply(web), applyIn(second, namespace, web)]);
  for (const lab of labs) originals[lab] = await ask[lab]!("http://web");
  assert.notEqual(originals[CONTEXT], originals[second.context]);

  try {
    await step("a connection is named after its context, and found again by it", async () => {
      const took = await timed(() => gefyra("up"));
      await gefyra("up", "--context", second.context);
      report(`the first up took ${took}`);
      const found = await mine();
      for (const lab of labs) {
        const { context, connected, network, cargo } = found[lab];
        assert.deepEqual([context, connected, network], [lab, true, `0-gefyra-${lab}`]);
        assert.equal(cargo.transport, `Docker network ${lab}`);
      }
      assert.notEqual(found[labs[0]].subnet, found[labs[1]].subnet);
      assert.match((await gefyra("up", "--context", second.context)).stdout, /^Already connected/);
      const table = (await gefyra("list", "--connections")).stdout;
      assert.match(table, /^NAME +CONTEXT +NAMESPACE +CONNECTED +ENDPOINT +TRANSPORT +NETWORK$/m);
      const names = (await gefyra("list", "--connections", "-q")).stdout.split("\n");
      assert.deepEqual(labs.filter((lab) => !names.includes(lab)), []);
    });

    await step(
      "commands follow the current context, or the name; each app reaches its own cluster",
      async () => {
        await run("app-1");
        await useContext(file, second.context);
        await run("app-2");
        assert.equal(await local("app-1"), originals[labs[0]]);
        assert.equal(await local("app-2"), originals[labs[1]]);
        const containers = (await gefyra("list", "--containers", "-q", "--connection", labs[0])).stdout;
        assert.equal(containers, "app-1");
        assert.equal((await gefyra("list", "--containers", "-q")).stdout, "app-2");
      },
    );

    await step("where the current context does not tell, they are named", async () => {
      await useContext(file, "elsewhere");
      const { code, stderr } = await attempt("list");
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`name one with --connection.*: .*${labs[0]}, ${labs[1]}`));
      await useContext(file, second.context);
    });

    await step("both are bridged, each to its own app", async () => {
      await bridge("app-1", "--connection", labs[0]);
      await bridge("app-2");
      assert.equal(await ask[labs[0]]!("http://web"), "local app-1");
      assert.equal(await ask[labs[1]]!("http://web"), "local app-2");
    });

    await step("status shows all, and one that is named", async () => {
      const { connections } = JSON.parse((await attempt("status", "-o", "json")).stdout);
      for (const lab of labs) {
        assert.equal(connections.find((one: Json) => one.connection.name === lab).connected, true);
        const { stdout } = await gefyra("status", "--connection", lab, "-o", "json");
        assert.equal(JSON.parse(stdout).connection.name, lab);
      }
    });

    await step("two connections lead to one cluster, with apps of their own", async () => {
      await gefyra("up", "--connection", "again");
      await run("app-3", "--connection", "again");
      assert.equal(await local("app-3"), "local app-2");
      const clients = await second.kubectl(
        "get",
        "gefyraclients",
        "--namespace",
        "gefyra",
        "--output",
        "name",
      );
      assert.equal(clients.split("\n").length, 2);
      await gefyra("unbridge", "-N", "app-2");
      await bridge("app-3", "--connection", "again");
      await eventually(async () => assert.equal(await ask[labs[1]]!("http://web"), "local app-3"));
      assert.match(
        (await gefyra("down", "--connection", "again")).stdout,
        /^Disconnected again\. The connections? .*stay/,
      );
      await eventually(async () => assert.equal(await ask[labs[1]]!("http://web"), originals[labs[1]]));
      assert.equal(await local("app-2"), originals[labs[1]]);
      await bridge("app-2");
    });

    await step("down of one leaves the other alone", async () => {
      await gefyra("down", "--connection", labs[0]);
      await eventually(async () => assert.equal(await ask[labs[0]]!("http://web"), originals[labs[0]]));
      assert.equal(await ask[labs[1]]!("http://web"), "local app-2");
      assert.equal(await local("app-2"), "local app-2");
      const found = await mine();
      assert.deepEqual([found[labs[0]], found[labs[1]].connected], [undefined, true]);
    });
  } finally {
    for (const name of [...labs, "again"]) await attempt("down", "--connection", name);
  }
});

/** As `kubectl config use-context`. */
async function useContext(file: string, context: string): Promise<void> {
  const config = parse(await Deno.readTextFile(file)) as Json;
  await Deno.writeTextFile(file, stringify({ ...config, "current-context": context }));
}

async function applyIn(
  { kubectl, apply }: SecondLab,
  namespace: string,
  manifests: Manifest[],
): Promise<void> {
  await kubectl("create", "namespace", namespace);
  await apply(namespace, manifests);
  await kubectl("rollout", "status", "deployment/web", "--namespace", namespace, "--timeout", "90s");
  await kubectl(
    "wait",
    "--for",
    "condition=Ready",
    "pod/tools",
    "--namespace",
    namespace,
    "--timeout",
    "90s",
  );
  await eventually(() => curl(kubectl, namespace, "http://web"));
}

const curl = (kubectl: SecondLab["kubectl"], namespace: string, url: string) =>
  kubectl(
    "exec",
    "--namespace",
    namespace,
    "tools",
    "--",
    "curl",
    "--silent",
    "--fail",
    "--max-time",
    "4",
    url,
  );
