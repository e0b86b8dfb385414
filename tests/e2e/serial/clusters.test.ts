/** One machine, several connections: to two clusters, and two to the same one. */
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { contextOf } from "../../../lib/lab/nodes.ts";
import { docker, eventually } from "../../docker.ts";
import { type Output, tryGefyra } from "../harness/gefyra.ts";
import { type Json, type Kube, kubeIn, type Manifest } from "../harness/kube.ts";
import { CONTEXT, kubeconfig, named } from "../harness/names.ts";
import { prepare } from "../harness/prepare.ts";
import { ordered, report, timed } from "../harness/steps.ts";
import { kubeconfigOf, sharedLab, TEST_LABEL } from "../harness/suite.ts";
import { clientOf, testEnv } from "../harness/test-env.ts";
import { tools, workload } from "../harness/workloads.ts";

const [ONE, TWO, THREE] = ["1", "2", "3"].map(named) as [string, string, string];
const AGAIN = named("again");

Deno.test("two clusters at once, each with apps and bridges of its own", async (t) => {
  await using place = await testEnv("clusters");
  const step = ordered(t);
  const file = `${place.folder}/kubeconfig`;
  // The other cluster is that of the tests that share one.
  await prepare(sharedLab);
  const second = kubeIn(sharedLab), SECOND = contextOf(sharedLab.name);
  await mergeInto(file, [kubeconfig, kubeconfigOf(sharedLab)]);
  const labs = [CONTEXT, SECOND] as const;
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
    [SECOND]: (url: string) => curl(second, namespace, url),
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
  assert.notEqual(originals[CONTEXT], originals[SECOND]);

  try {
    await step("a connection is named after its context, and found again by it", async () => {
      const took = await timed(() => gefyra("up"));
      await gefyra("up", "--context", SECOND);
      report(`the first up took ${took}`);
      const found = await mine();
      for (const lab of labs) {
        const { context, connected, network, cargo } = found[lab];
        assert.deepEqual([context, connected, network], [lab, true, `0-gefyra-${lab}`]);
        assert.equal(cargo.transport, `Docker network ${lab}`);
      }
      assert.notEqual(found[labs[0]].subnet, found[labs[1]].subnet);
      assert.match((await gefyra("up", "--context", SECOND)).stdout, /^Already connected/);
      const table = (await gefyra("list", "--connections")).stdout;
      assert.match(table, /^NAME +CONTEXT +NAMESPACE +CONNECTED +ENDPOINT +TRANSPORT +NETWORK$/m);
      const names = (await gefyra("list", "--connections", "-q")).stdout.split("\n");
      assert.deepEqual(labs.filter((lab) => !names.includes(lab)), []);
    });

    await step(
      "commands follow the current context, or the name; each app reaches its own cluster",
      async () => {
        await run(ONE);
        await useContext(file, SECOND);
        await run(TWO);
        assert.equal(await local(ONE), originals[labs[0]]);
        assert.equal(await local(TWO), originals[labs[1]]);
        const containers = (await gefyra("list", "--containers", "-q", "--connection", labs[0])).stdout;
        assert.equal(containers, ONE);
        assert.equal((await gefyra("list", "--containers", "-q")).stdout, TWO);
      },
    );

    await step("where the current context does not tell, they are named", async () => {
      await useContext(file, "elsewhere");
      const { code, stderr } = await attempt("list");
      assert.equal(code, 2);
      for (const lab of labs) assert.match(stderr, new RegExp(`name one with --connection.*\\b${lab}\\b`));
      await useContext(file, SECOND);
    });

    await step("both are bridged, each to its own app", async () => {
      await bridge(ONE, "--connection", labs[0]);
      await bridge(TWO);
      assert.equal(await ask[labs[0]]!("http://web"), `local ${ONE}`);
      assert.equal(await ask[labs[1]]!("http://web"), `local ${TWO}`);
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
      await gefyra("up", "--connection", AGAIN);
      await run(THREE, "--connection", AGAIN);
      assert.equal(await local(THREE), `local ${TWO}`);
      const clients = await Promise.all([SECOND, AGAIN].map((connection) => clientOf(connection, second)));
      assert.equal(new Set(clients.map(({ spec }) => spec.publicKey)).size, 2);
      await gefyra("unbridge", "-N", TWO);
      await bridge(THREE, "--connection", AGAIN);
      await eventually(async () => assert.equal(await ask[labs[1]]!("http://web"), `local ${THREE}`));
      const { stdout } = await gefyra("down", "--connection", AGAIN);
      assert.match(stdout, new RegExp(`^Disconnected ${AGAIN}\\. The connections? .*stay`));
      await eventually(async () => assert.equal(await ask[labs[1]]!("http://web"), originals[labs[1]]));
      assert.equal(await local(TWO), originals[labs[1]]);
      await bridge(TWO);
    });

    await step("down of one leaves the other alone", async () => {
      await gefyra("down", "--connection", labs[0]);
      await eventually(async () => assert.equal(await ask[labs[0]]!("http://web"), originals[labs[0]]));
      assert.equal(await ask[labs[1]]!("http://web"), `local ${TWO}`);
      assert.equal(await local(TWO), `local ${TWO}`);
      const found = await mine();
      assert.deepEqual([found[labs[0]], found[labs[1]].connected], [undefined, true]);
    });
  } finally {
    for (const name of [...labs, AGAIN]) await attempt("down", "--connection", name);
    await second.drop("Namespace", namespace);
  }
});

/** As `kubectl config use-context`. */
async function useContext(file: string, context: string): Promise<void> {
  const config = parse(await Deno.readTextFile(file)) as Json;
  await Deno.writeTextFile(file, stringify({ ...config, "current-context": context }));
}

async function mergeInto(file: string, parts: string[]): Promise<void> {
  const [first, ...rest] = await Promise.all(
    parts.map(async (part) => parse(await Deno.readTextFile(part))),
  ) as Json[];
  for (const list of ["clusters", "users", "contexts"]) first[list].push(...rest.flatMap((one) => one[list]));
  await Deno.writeTextFile(file, stringify(first), { mode: 0o600 });
}

async function applyIn(
  { createNamespace, apply, allReady, ...kube }: Kube,
  namespace: string,
  manifests: Manifest[],
): Promise<void> {
  await createNamespace(namespace, { [TEST_LABEL]: "clusters" });
  await apply(namespace, manifests);
  await allReady(namespace, manifests);
  await eventually(() => curl(kube, namespace, "http://web"));
}

async function curl({ exec }: Pick<Kube, "exec">, namespace: string, url: string): Promise<string> {
  const tools = { namespace, pod: "tools", container: "tools" };
  const { code, stdout, stderr } = await exec(tools, ["curl", "-sS", "--fail", "--max-time", "4", url]);
  assert.equal(code, 0, stderr);
  return stdout;
}
