/** Kubernetes objects in general, as the API server has them and as Gefyra writes them. */
import type { KubernetesObject } from "@kubernetes/client-node";

export type { KubernetesObject };

/** An object as Gefyra writes it. */
export type Manifest = KubernetesObject & Record<string, unknown>;

/** Names one object; `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string | undefined;
}

/** The reference of an object that came from, or goes to, the API server. */
export function refOf(object: KubernetesObject): ObjectRef {
  return {
    apiVersion: object.apiVersion ?? "",
    kind: object.kind ?? "",
    name: object.metadata?.name ?? "",
    namespace: object.metadata?.namespace,
  };
}
