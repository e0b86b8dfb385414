/** kubectl inside the lab's control plane: the machine itself need not have one. */
import { docker, type Output, tryDocker } from "../../docker.ts";
import { CONTROL_PLANE } from "./home.ts";

// deno-lint-ignore no-explicit-any
export type Json = any;
export type Manifest = { kind: string; metadata: { name: string; [key: string]: unknown } } & Json;

const inControlPlane = (args: string[]) => ["exec", "--interactive", CONTROL_PLANE, "kubectl", ...args];

/** Its stdout; fails when the command does. */
export function kubectl(...args: string[]): Promise<string> {
  return docker(inControlPlane(args));
}

/** Any outcome. */
export function tryKubectl(...args: string[]): Promise<Output> {
  return tryDocker(inControlPlane(args));
}

export async function kubectlJson(...args: string[]): Promise<Json> {
  return JSON.parse(await kubectl(...args, "--output", "json"));
}

export async function apply(namespace: string, manifests: Manifest[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  const args = ["apply", "--namespace", namespace, "--filename", "-"];
  await docker(inControlPlane(args), new TextEncoder().encode(JSON.stringify(list)));
}

/** Deletes and waits until they are gone. */
export async function remove(namespace: string, manifests: Manifest[]): Promise<void> {
  if (manifests.length === 0) return;
  const names = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  await kubectl("delete", "--namespace", namespace, "--ignore-not-found", "--wait", ...names);
}

/** Waits until every workload and bare pod among them is ready. */
export async function ready(namespace: string, manifests: Manifest[]): Promise<void> {
  const wait = ["--namespace", namespace, "--timeout", "90s"];
  await Promise.all(manifests.map(async ({ kind, metadata: { name } }) => {
    if (kind === "ReplicaSet") {
      await kubectl("wait", "--for", "jsonpath={.status.readyReplicas}=1", ...wait, `replicaset/${name}`);
    } else if (/(Deployment|Set)$/.test(kind)) {
      await kubectl("rollout", "status", ...wait, `${kind.toLowerCase()}/${name}`);
    }
    if (kind === "Pod") await kubectl("wait", "--for", "condition=Ready", ...wait, `pod/${name}`);
  }));
}

/** The pods of a deployment made by `workload`, those that are going aside. */
export async function podsOf(namespace: string, name: string): Promise<Json[]> {
  const { items } = await kubectlJson("get", "pods", "--namespace", namespace, "--selector", `app=${name}`);
  return items.filter((pod: Json) => !pod.metadata.deletionTimestamp);
}
