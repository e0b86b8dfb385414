/**
 * What the operator keeps of an object. Users decide how many pods there are and how large; the operator's memory must not
 * depend on fields that it never reads. Pure.
 */
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { KubernetesObject } from "../../lib/api/objects.ts";

/** Characters of an annotation's value: no plan depends on a longer one, only on its key. */
const LONGEST_ANNOTATION = 1_000;

/** Identity and version only: of a Service, only that it has changed matters. */
export function identity({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion } = metadata ?? {};
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } } as KubernetesObject;
}

/** Without managed fields, the ends of long annotations, and the containers' environment, which may be large and secret. */
export function reducedPod(object: KubernetesObject): KubernetesObject {
  const { metadata, spec, ...rest } = object as V1Pod;
  const { managedFields: _, annotations, ...meta } = metadata ?? {};
  const short = Object.entries(annotations ?? {}).map((
    [key, value],
  ) => [key, value.slice(0, LONGEST_ANNOTATION)]);
  const pod: V1Pod = {
    ...rest,
    metadata: { ...meta, ...(annotations ? { annotations: Object.fromEntries(short) } : {}) },
    ...(spec
      ? {
        spec: {
          ...spec,
          containers: spec.containers.map(withoutEnv),
          ...(spec.initContainers ? { initContainers: spec.initContainers.map(withoutEnv) } : {}),
        },
      }
      : {}),
  };
  return pod as KubernetesObject;
}

function withoutEnv({ env: _env, envFrom: _envFrom, ...container }: V1Container): V1Container {
  return container;
}
