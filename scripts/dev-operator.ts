/**
 * deno task dev:operator [--lab NAME] [--namespace NAME] [--inspect]
 *
 * Runs the operator from the sources against a lab on which `gefyra up` has run, and starts it again with each edit. The
 * one in the cluster has no pod meanwhile; Ctrl-C brings it back. So do the next run's end and `gefyra up`, should this
 * program be killed. `--inspect` opens port 9229 for a debugger.
 */
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.ts";
import { connectCluster } from "../lib/kube/kubernetes.ts";
import { contextOf, DEFAULT_LAB } from "../lib/lab/nodes.ts";
import { NAMESPACE } from "../lib/names.ts";
import { findSettings, PARENT, scaleOperator, variablesOf } from "./dev-operator/cluster.ts";

/** So long the operator may finish what it is at. */
const GRACE_MS = 5_000;

async function devOperator(args: string[]): Promise<void> {
  const { values: { lab, namespace, inspect } } = parseArgs({
    args,
    options: {
      lab: { type: "string", default: DEFAULT_LAB },
      namespace: { type: "string", default: NAMESPACE },
      inspect: { type: "boolean", default: false },
    },
  });
  const ended = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => ended.resolve());
  }
  const context = contextOf(lab);
  const cluster = await connectCluster({ context });
  const settings = await findSettings(cluster, namespace);
  const folder = await Deno.makeTempDir({ prefix: "gefyra-dev-operator-" });
  console.error(`The operator of ${context} runs from here until Ctrl-C`);
  try {
    await scaleOperator(cluster, namespace, 0);
    const resolvConf = `${folder}/resolv.conf`;
    await Deno.writeTextFile(resolvConf, settings.resolvConf);
    const program = new URL("dev-operator/operator.ts", import.meta.url).pathname;
    const operator = new Deno.Command(Deno.execPath(), {
      args: ["run", "--watch", "--no-clear-screen", ...inspect ? ["--inspect"] : [], "--allow-all", program],
      env: { ...variablesOf({ ...settings, context, namespace, resolvConf }), [PARENT]: `${Deno.pid}` },
      stdin: "null",
    }).spawn();
    await Promise.race([ended.promise, operator.status]);
    await stop(operator);
  } finally {
    await scaleOperator(cluster, namespace, 1);
    await Deno.remove(folder, { recursive: true });
    console.error("The operator runs in the cluster again");
  }
}

/** A watching Deno goes on when its program has ended. */
async function stop(operator: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      operator.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
  await operator.status;
  clearTimeout(timer);
}

if (import.meta.main) {
  try {
    await devOperator(Deno.args);
    Deno.exit(0);
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
