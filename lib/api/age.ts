import type { KubernetesObject } from "./objects.ts";

/** A text that sorts by age, among equals by name. */
export const ageOf = ({ metadata }: KubernetesObject): string =>
  `${new Date(metadata?.creationTimestamp ?? 0).toISOString()} ${metadata?.namespace} ${metadata?.name}`;

/** Who was there first comes first, among equals by name. */
export function byAge(a: KubernetesObject, b: KubernetesObject): number {
  return ageOf(a) < ageOf(b) ? -1 : 1;
}
