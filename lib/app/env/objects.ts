/** Reads the API objects that a container's environment is made of. */
import type { V1ConfigMap, V1Secret, V1Service } from "@kubernetes/client-node";
import { gvk } from "../../api/gvk.ts";
import type { KubernetesObject } from "../../api/objects.ts";
import { GefyraError } from "../../errors.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { Origin } from "../origin.ts";
import { type Looked, referencesOf, type Sources, unknown } from "./resolve.ts";

export interface ReadSources {
  sources: Sources;
  /** About variables that are missing because objects could not be read. */
  notes: string[];
}

export async function readSources(cluster: Cluster, { pod, container }: Origin): Promise<ReadSources> {
  const namespace = pod.metadata?.namespace ?? "";
  const names = referencesOf(container);
  const links = pod.spec?.enableServiceLinks ?? true;
  const [configMaps, secrets, own, kubernetes] = await Promise.all([
    readAll<V1ConfigMap>(cluster, "ConfigMap", namespace, names.configMaps),
    readAll<V1Secret>(cluster, "Secret", namespace, names.secrets),
    links
      ? unlessForbidden(() => cluster.list<V1Service>({ ...gvk.Service, namespace }), undefined)
      : Promise.resolve([]),
    unlessForbidden(
      () => cluster.get<V1Service>({ ...gvk.Service, namespace: "default", name: "kubernetes" }),
      undefined,
    ),
  ]);
  const notes = [
    ...own
      ? []
      : [`the variables of Services are unknown: no right to list services in namespace "${namespace}"`],
    ...kubernetes
      ? []
      : ['KUBERNETES_* is unknown: no right to get service "kubernetes" in namespace "default"'],
  ];
  const services = [...kubernetes ? [kubernetes] : [], ...own ?? []];
  return { sources: { pod, container, configMaps, secrets, services }, notes };
}

async function readAll<T extends KubernetesObject>(
  cluster: Cluster,
  kind: "ConfigMap" | "Secret",
  namespace: string,
  names: string[],
): Promise<Map<string, Looked<T>>> {
  const denied = unknown(`no right to get ${kind.toLowerCase()}s in namespace "${namespace}"`);
  const read = (name: string) =>
    unlessForbidden<Looked<T>, Looked<T>>(() => cluster.get<T>({ ...gvk[kind], namespace, name }), denied);
  return new Map(await Promise.all(names.map(async (name) => [name, await read(name)] as const)));
}

async function unlessForbidden<T, E>(call: () => Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof GefyraError && error.exit === "forbidden") return otherwise;
    throw error;
  }
}
