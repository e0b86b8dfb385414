/** Watches a collection: lists it, watches from there, and starts again when the watch ends. */
import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesListObject, KubernetesObject } from "@kubernetes/client-node";
import { messageOf } from "../errors.ts";
import type { WatchEvent } from "./cluster.ts";

export interface WatchSource<T extends KubernetesObject> {
  list(): Promise<KubernetesListObject<T>>;
  /** Streams events until the server ends the stream; `signal` aborts it. */
  stream(
    resourceVersion: string,
    onEvent: (type: string, object: T & { code?: number }) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface WatchTimes {
  /** Milliseconds before a retry after a failure. */
  retryAfter: number;
  /** Milliseconds after which a stream is given up even if it looks alive: longer than the server's own limit. */
  longestStream: number;
  /** Milliseconds after which it starts with a list again. */
  longestRound: number;
}

const usual: WatchTimes = { retryAfter: 500, longestStream: 30_000, longestRound: 60_000 };

/** Resolves after the first list; the result ends the watch. */
export async function watchFrom<T extends KubernetesObject>(
  source: WatchSource<T>,
  onEvent: (event: WatchEvent<T>) => void,
  onError: (error: Error) => void,
  { retryAfter, longestStream, longestRound }: WatchTimes = usual,
): Promise<() => void> {
  const known = new Map<string, T>();
  const stopped = new AbortController();
  const tell = (type: WatchEvent<T>["type"], object: T) => {
    const id = object.metadata?.uid ?? "";
    if (type === "DELETED") known.delete(id);
    else known.set(id, object);
    onEvent({ type, object });
  };

  const relist = async (): Promise<string> => {
    const { items, metadata } = await source.list();
    const there = new Set(items.map((item) => item.metadata?.uid));
    for (const [id, object] of known) if (!there.has(id)) tell("DELETED", object);
    for (const item of items) {
      const before = known.get(item.metadata?.uid ?? "");
      if (before?.metadata?.resourceVersion !== item.metadata?.resourceVersion) {
        tell(before ? "MODIFIED" : "ADDED", item);
      }
    }
    return metadata?.resourceVersion ?? "";
  };

  /** Every stream starts with a list, which contains what a broken stream missed. */
  const round = async (listed: (() => void) | undefined) => {
    let version = await relist();
    listed?.();
    const deadline = Date.now() + longestRound;
    while (!stopped.signal.aborted && version && Date.now() < deadline) {
      let expired = false;
      const limit = AbortSignal.timeout(Math.min(longestStream, deadline - Date.now()));
      await source.stream(version, (type, object) => {
        if (type === "ERROR") expired = true;
        if (type === "ADDED" || type === "MODIFIED" || type === "DELETED") tell(type, object);
        version = object.metadata?.resourceVersion ?? version;
      }, AbortSignal.any([stopped.signal, limit]));
      if (expired) return;
    }
  };

  const forEver = async (listed: () => void) => {
    while (!stopped.signal.aborted) {
      try {
        await round(listed);
      } catch (error) {
        if (stopped.signal.aborted) return;
        onError(error instanceof Error ? error : new Error(messageOf(error)));
        await delay(retryAfter, undefined, { signal: stopped.signal }).catch(() => {});
      }
    }
  };
  await new Promise<void>((resolve) => void forEver(resolve));
  return () => stopped.abort();
}
