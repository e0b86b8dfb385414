/** Whether the installation has room for a bridge. A bridge keeps its place until it is gone, or may not have it any more. */
import { ageOf } from "../../lib/api/age.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import { isBridgeOf } from "../../lib/api/owner.ts";
import type { Limit } from "../../lib/limits.ts";
import { byClaim, createRoom, quotaText } from "../../lib/plan/quota.ts";
import { type Context, keys } from "../runtime/context.ts";

export interface Quota {
  /** Why there is no room for it; `undefined` if there is. The bridge may use its client. */
  refusalOf(bridge: GefyraBridge): string | undefined;
  /** Whether it has a place. */
  has(namespace: string, name: string): boolean;
  /** Gives the place of a bridge to the first that waits for it. False if it had none. */
  release(namespace: string, name: string): boolean;
}

interface Entry {
  bridge: GefyraBridge;
  limit: Limit | undefined;
}

/**
 * Thousands of bridges may come and go, so nothing here looks at all of them for each: a new bridge is the youngest, and
 * one that goes is followed by those that wait. Only a change of the number of its ports makes it count everything again.
 */
export function createQuota({ cache, limits, namespace: home, queue }: Context): Quota {
  /** By namespace and name, the oldest first. */
  let entries: Map<string, Entry> | undefined;
  let room = createRoom(limits), youngest = "";
  const keyOf = ({ metadata }: GefyraBridge) => keys.bridge(metadata?.namespace ?? "", metadata?.name ?? "");
  const secondOf = (bridge: GefyraBridge) => ageOf(bridge).split(" ")[0] ?? "";
  const enter = (into: Map<string, Entry>, bridge: GefyraBridge) => {
    into.set(keyOf(bridge), { bridge, limit: room.take(bridge) });
    youngest = secondOf(bridge);
  };
  const countAll = (): Map<string, Entry> => {
    const before = entries;
    room = createRoom(limits);
    entries = new Map();
    const counted = cache.bridges.all().filter((bridge) => {
      const client = cache.clients.get(home, bridge.spec.client);
      return client !== undefined && isBridgeOf(bridge, client);
    });
    for (const bridge of byClaim(counted)) enter(entries, bridge);
    for (const [key, { limit }] of entries) {
      const known = before?.get(key);
      if (known && known.limit !== limit) queue.add(key);
    }
    return entries;
  };
  const isSame = (a: GefyraBridge, b: GefyraBridge) =>
    a.metadata?.uid === b.metadata?.uid && a.spec.ports.length === b.spec.ports.length;
  return {
    refusalOf: (bridge) => {
      const key = keyOf(bridge), known = entries?.get(key);
      if (entries && !known && secondOf(bridge) >= youngest) enter(entries, bridge);
      else if (!known || !isSame(known.bridge, bridge)) countAll();
      const limit = entries?.get(key)?.limit;
      return limit && quotaText(limit, bridge, limits);
    },
    has: (namespace, name) => {
      const entry = entries?.get(keys.bridge(namespace, name));
      return entry !== undefined && !entry.limit;
    },
    release: (namespace, name) => {
      const key = keys.bridge(namespace, name), gone = entries?.get(key);
      if (!entries || !gone) return false;
      entries.delete(key);
      if (gone.limit) return false;
      room.give(gone.bridge);
      for (const [key, entry] of entries) {
        if (!entry.limit || room.take(entry.bridge)) continue;
        entry.limit = undefined;
        queue.add(key);
      }
      return true;
    },
  };
}
