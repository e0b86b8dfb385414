/** Keys that wait, each once, in groups that take turns. */
export interface Turns {
  add(key: string): void;
  delete(key: string): void;
  has(key: string): boolean;
  /** The next key of the next group that may have one; its group comes last then. */
  take(mayGroup: (group: string) => boolean, mayKey: (key: string) => boolean): string | undefined;
}

export function createTurns(groupOf: (key: string) => string): Turns {
  /** In the order of their turns. */
  const groups = new Map<string, Set<string>>();
  const remove = (group: string, key: string) => {
    const keys = groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) groups.delete(group);
  };
  return {
    has: (key) => groups.get(groupOf(key))?.has(key) ?? false,
    add: (key) => {
      const group = groupOf(key);
      groups.set(group, (groups.get(group) ?? new Set()).add(key));
    },
    delete: (key) => remove(groupOf(key), key),
    take: (mayGroup, mayKey) => {
      for (const [group, keys] of groups) {
        if (!mayGroup(group)) continue;
        for (const key of keys) {
          if (!mayKey(key)) continue;
          remove(group, key);
          if (groups.delete(group)) groups.set(group, keys);
          return key;
        }
      }
      return undefined;
    },
  };
}
