/**
 * Keeps the operator's memory independent of how many objects users create: of each group so many stay whole, as many as
 * could ever be served. Of any more the operator keeps what it needs to refuse them.
 */
import type { KubernetesObject } from "../../lib/api/objects.ts";

export interface Bounded<T extends KubernetesObject> {
  /** What is kept of an object, as soon as it is here. */
  reduce(object: T): T;
  /** The object is gone. */
  forget(object: T): void;
  /** From now on this object stays whole: it is served. */
  admit(object: T): void;
}

export interface BoundedOptions<T> {
  /** Of each group. */
  most: number;
  groupOf(object: T): string;
  /** It is served already. */
  isServed(object: T): boolean;
  /** Without what only the operator reads of an object that it serves. */
  stub(object: T): T;
}

/** In the field of a stub that no object of the API server has. */
const PARTIAL = "partial";

export const isPartial = (object: KubernetesObject): boolean => PARTIAL in object;

export function bounded<T extends KubernetesObject>(
  { most, groupOf, isServed, stub }: BoundedOptions<T>,
): Bounded<T> {
  /** Group → uids of the objects that stay whole. */
  const groups = new Map<string, Set<string>>();
  const uidOf = (object: T) => object.metadata?.uid ?? "";
  const admit = (object: T) => {
    const group = groupOf(object), whole = groups.get(group) ?? new Set();
    groups.set(group, whole.add(uidOf(object)));
  };
  return {
    admit,
    reduce: (object) => {
      if (isPartial(object)) return object;
      const whole = groups.get(groupOf(object));
      if (!whole?.has(uidOf(object)) && !isServed(object) && (whole?.size ?? 0) >= most) {
        return { ...stub(object), [PARTIAL]: true };
      }
      admit(object);
      return object;
    },
    forget: (object) => {
      const group = groupOf(object), whole = groups.get(group);
      whole?.delete(uidOf(object));
      if (whole?.size === 0) groups.delete(group);
    },
  };
}
