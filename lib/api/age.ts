import type { KubernetesObject } from "./objects.ts";

/** Who was there first comes first, among equals by name. */
export function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const age = ({ metadata }: KubernetesObject) =>
    `${new Date(metadata?.creationTimestamp ?? 0).toISOString()} ${metadata?.namespace} ${metadata?.name}`;
  return age(a) < age(b) ? -1 : 1;
}
