/** What a reconciler remembers between its passes, by the uid of the object that each entry is about. */
export interface State {
  /** A new map, pruned with all others. A key is one uid, or several joined by `/`. */
  byUid<T>(): Map<string, T>;
  /** Drops every entry about an object that is gone. */
  prune(exists: (uid: string) => boolean): void;
}

export function createState(): State {
  const maps: Map<string, unknown>[] = [];
  return {
    byUid: <T>() => {
      const map = new Map<string, T>();
      maps.push(map);
      return map;
    },
    prune: (exists) => {
      for (const map of maps) {
        for (const key of map.keys()) if (!key.split("/").every(exists)) map.delete(key);
      }
    },
  };
}
