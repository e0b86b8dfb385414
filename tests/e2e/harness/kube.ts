/** The cluster as a test sees it: through the program's own client, and through kubectl where that is shorter. */
import type { Cluster, ExecTarget } from "../../../lib/kube/cluster.ts";
import { connectCluster } from "../../../lib/kube/kubernetes.ts";
import { contextOf, controlPlaneOf } from "../../../lib/lab/nodes.ts";
import { API_VERSION } from "../../../lib/names.ts";
import { API_VERSIONS } from "../../../lib/api/kinds.ts";
import { docker, type Output, tryDocker } from "../../docker.ts";
import { lab } from "./names.ts";
import { isReady, until } from "./ready.ts";
import { kubeconfigOf, type SuiteLab } from "./suite.ts";

// deno-lint-ignore no-explicit-any
export type Json = any;
export type Manifest = { kind: string; metadata: { name: string; [key: string]: unknown } } & Json;

const READY_MS = 90_000, GONE_MS = 90_000;

const versionOf = (kind: string) => kind.startsWith("Gefyra") ? API_VERSION : API_VERSIONS[kind] ?? "v1";

export type Kube = ReturnType<typeof kubeIn>;

/** One lab's cluster. */
export function kubeIn(lab: SuiteLab) {
  let connected: Promise<Cluster> | undefined;
  const cluster = () =>
    connected ??= connectCluster({ kubeconfig: kubeconfigOf(lab), context: contextOf(lab.name) });
  const inControlPlane = (args: string[]) => [
    ...["exec", "--interactive", controlPlaneOf(lab.name).name, "kubectl"],
    ...args,
  ];
  /** Any outcome. The machine itself need not have kubectl: the lab's is used. */
  const tryKubectl = (...args: string[]): Promise<Output> => tryDocker(inControlPlane(args));
  /** Its stdout; fails when the command does. */
  const kubectl = (...args: string[]): Promise<string> => docker(inControlPlane(args));

  const get = async (kind: string, name: string, namespace?: string): Promise<Json> => {
    const found = await (await cluster()).get({ apiVersion: versionOf(kind), kind, name, namespace });
    if (!found) throw new Error(`there is no ${kind} ${namespace ?? ""}/${name}`);
    return found;
  };
  const list = async (kind: string, namespace?: string, labels?: string): Promise<Json[]> =>
    await (await cluster()).list({ apiVersion: versionOf(kind), kind, namespace, labels });

  const apply = async (namespace: string | undefined, manifests: Manifest[]): Promise<void> => {
    const own = await cluster();
    for (const object of manifests) {
      const metadata = { ...object.metadata, ...(namespace ? { namespace } : {}) };
      await own.apply({ apiVersion: versionOf(object.kind), ...object, metadata });
    }
  };
  /** Deletes and waits until they are gone. */
  const remove = async (namespace: string | undefined, manifests: Manifest[]): Promise<void> => {
    const own = await cluster();
    await Promise.all(manifests.map(async ({ kind, metadata: { name } }) => {
      const selection = { apiVersion: versionOf(kind), kind, namespace, fields: `metadata.name=${name}` };
      await own.remove({ ...selection, name });
      await until(own, selection, `${kind} ${name} to be gone`, (found) => found.length === 0, GONE_MS);
    }));
  };
  /** Waits until each of a kind is rolled out, or a pod is ready. */
  const ready = async (namespace: string, kind: string, ...names: string[]): Promise<void> => {
    const selection = { apiVersion: versionOf(kind), kind, namespace };
    const all = (found: Json[]) =>
      names.every((name) => found.some((one) => one.metadata.name === name && isReady(one)));
    await until(await cluster(), selection, `${kind} ${names.join(", ")} to be ready`, all, READY_MS);
  };
  /** The same for every workload and bare pod among these. */
  const allReady = async (namespace: string, manifests: Manifest[]): Promise<void> => {
    const kinds = Map.groupBy(manifests.filter(({ kind }) => kind in API_VERSIONS), ({ kind }) => kind);
    kinds.delete("Service");
    const wait = [...kinds].map(([kind, of]) =>
      ready(namespace, kind, ...of.map((one) => one.metadata.name))
    );
    await Promise.all(wait);
  };

  const patch = async (kind: string, name: string, namespace: string | undefined, change: Json) => {
    const found = await (await cluster()).patch(
      { apiVersion: versionOf(kind), kind, name, namespace },
      change,
    );
    if (!found) throw new Error(`there is no ${kind} ${namespace ?? ""}/${name}`);
  };

  return {
    lab,
    cluster,
    kubectl,
    tryKubectl,
    kubectlJson: async (...args: string[]): Promise<Json> =>
      JSON.parse(await kubectl(...args, "--output", "json")),
    get,
    list,
    apply,
    remove,
    ready,
    allReady,
    patch,
    scale: (namespace: string, name: string, replicas: number) =>
      patch("Deployment", name, namespace, { spec: { replicas } }),
    /** For kinds that the program does not know. */
    applyWithKubectl: async (objects: Manifest[]): Promise<void> => {
      const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      await docker(inControlPlane(["apply", "--filename", "-"]), new TextEncoder().encode(list));
    },
    /** Deletes, and waits for nothing. */
    drop: async (kind: string, name: string, namespace?: string): Promise<void> => {
      await (await cluster()).remove({ apiVersion: versionOf(kind), kind, name, namespace });
    },
    createNamespace: (name: string, labels: Record<string, string>) =>
      apply(undefined, [{ kind: "Namespace", metadata: { name, labels } }]),
    /** The pods of a deployment made by `workload`, but for those that are going. */
    podsOf: async (namespace: string, name: string): Promise<Json[]> =>
      (await list("Pod", namespace, `app=${name}`)).filter((pod) => !pod.metadata.deletionTimestamp),
    /** A command in a container; any outcome. */
    exec: async (target: ExecTarget, command: string[]): Promise<Output> => {
      // A load goes on as long as its test.
      const { exitCode, stdout, stderr } = await (await cluster()).exec(target, command, {
        timeoutMs: 600_000,
      });
      return { code: exitCode, stdout: stdout.trim(), stderr: stderr.trim() };
    },
  };
}

/** The cluster of the running file's lab. */
export const kube = kubeIn(lab);
export const {
  kubectl,
  tryKubectl,
  kubectlJson,
  get,
  list,
  apply,
  remove,
  ready,
  allReady,
  patch,
  scale,
  drop,
  podsOf,
} = kube;
