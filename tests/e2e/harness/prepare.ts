/** Brings up all that the tests stand on; what is there already takes a moment. */
import { dirname } from "node:path";
import { connectEngine } from "../../../lib/docker/dockerode.ts";
import { load } from "../../../lib/lab/load.ts";
import { contextOf } from "../../../lib/lab/nodes.ts";
import { namespaceOfRole } from "../../../lib/config/roles.ts";
import { uninstall } from "../../../lib/uninstall/uninstall.ts";
import { labUp } from "../../../lib/lab/up.ts";
import { defaultImages, parts } from "../../../lib/images.ts";
import { CONNECTION_LABEL, CONTEXT_LABEL } from "../../../lib/names.ts";
import { silentSteps } from "../../../lib/steps.ts";
import { bundle } from "../../../scripts/bundle.ts";
import { buildImages } from "../../../scripts/images/build.ts";
import { buildWorkloads, clusterWorkloads } from "../../../scripts/images/workloads.ts";
import { docker } from "../../docker.ts";
import { commandIn } from "./gefyra.ts";
import { install } from "./install.ts";
import { type Json, type Kube, kubeIn } from "./kube.ts";
import { lab } from "./names.ts";
import {
  folder,
  kubeconfigOf,
  lockFile,
  program,
  root,
  type SuiteLab,
  TEST_LABEL,
  WORKERS,
} from "./suite.ts";
import { takeSuiteLock } from "./suite-lock.ts";

/** The labs that are ready. Set by the runner, and by the first of several files that one process runs. */
export const PREPARED = "GEFYRA_E2E_PREPARED";

const prepared = () => (Deno.env.get(PREPARED) ?? "").split(" ").filter(Boolean);

/** What the running test file needs, by default its own lab. A lab that is ready is left alone: others may use it. */
export async function prepare(needed = lab): Promise<void> {
  if (prepared().includes(needed.name)) return;
  if (prepared().length === 0) await prepareProgram();
  await prepareLab(needed);
}

const say = (text: string) => console.error(`# ${text}`);

/** Images and the program, once per run of the suite. */
export async function prepareProgram(): Promise<void> {
  Deno.chdir(root);
  await Deno.mkdir(folder, { recursive: true });
  await takeSuiteLock(lockFile, say);
  say("building what has changed");
  // The one for CI jobs has tests of its own.
  await buildImages(parts.filter((part) => part !== "cli"), defaultImages, () => {});
  await buildWorkloads(() => {});
  await bundle(dirname(program));
}

/** One lab, without what a run that was killed has left in it. */
export async function prepareLab(lab: SuiteLab): Promise<void> {
  say(`starting the lab "${lab.name}"`);
  const engine = connectEngine(), kubeconfig = kubeconfigOf(lab);
  await labUp(engine, silentSteps, { lab: lab.name, workers: WORKERS, kubeconfig });
  await load(engine, lab.name, clusterWorkloads.map((name) => `${name}:latest`));
  await sweep(lab);
  if (lab.shared) await install(lab);
  Deno.env.set(PREPARED, [...prepared(), lab.name].join(" "));
}

/** Takes down the connections to a lab, and removes what tests have made in it. */
async function sweep(lab: SuiteLab): Promise<void> {
  const kube = kubeIn(lab);
  const clients = (await kube.list("GefyraClient")).map(({ metadata }) => metadata.name);
  await release(kube, "GefyraBridge", ({ spec }) => !clients.includes(spec.client));
  for (const connection of await connectionsOf(lab)) {
    await commandIn(lab, ["down", "--connection", connection]).catch((error) => say(String(error)));
  }
  for (const kind of ["GefyraBridge", "GefyraClient"]) await release(kube, kind, () => true);
  const cluster = await kube.cluster();
  const roles = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
  for (const { metadata } of lab.shared ? [] : await cluster.list(roles)) {
    const namespace = namespaceOfRole(metadata?.name ?? "");
    if (namespace) await uninstall(cluster, namespace, "all");
  }
  await kube.kubectl("delete", "namespaces", "--selector", TEST_LABEL, "--wait");
  await kube.kubectl("delete", "all", "--namespace", "default", "--selector", TEST_LABEL, "--wait");
}

/** Removes what has lost its operator, or whom its operator waits for. */
async function release(kube: Kube, kind: string, isLost: (object: Json) => boolean): Promise<void> {
  for (const { metadata: { name, namespace }, ...rest } of await kube.list(kind)) {
    if (!isLost(rest)) continue;
    await kube.drop(kind, name, namespace);
    // Its operator may have been there for it after all.
    await kube.patch(kind, name, namespace, { metadata: { finalizers: [] } }).catch(() => {});
  }
}

/** By the label of their networks: also those that are named after their context. */
async function connectionsOf({ name }: SuiteLab): Promise<string[]> {
  const filter = `label=${CONTEXT_LABEL}=${contextOf(name)}`;
  const format = `{{.Label "${CONNECTION_LABEL}"}}`;
  return (await docker(["network", "ls", "--filter", filter, "--format", format])).split("\n").filter(
    Boolean,
  );
}
