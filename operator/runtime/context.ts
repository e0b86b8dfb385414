import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import type { Attempts } from "./attempts.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { Queue } from "./queue.ts";
import type { Cache, ObjectCache } from "./cache.ts";

/** What a reconciler works with. */
export interface Context {
  cluster: Cluster;
  cache: Cache;
  queue: Queue;
  attempts: Attempts;
  /** Gefyra's own namespace. */
  namespace: string;
  carrierImage: string;
  /** The resolver of the cluster's pods, and the domain that their names end in. */
  dns: { server: string; domain: string };
  log(text: string): void;
}

export const keys = {
  client: (name: string) => `client/${name}`,
  /** A client where nobody looks for it. */
  misplaced: (namespace: string, name: string) => `misplaced/${namespace}/${name}`,
  bridge: (namespace: string, name: string) => `bridge/${namespace}/${name}`,
  /** Stowaway's configuration, made of all clients and bridges. */
  tunnel: "tunnel",
  /** Who was heard lately. */
  liveness: "liveness",
  /** The relay's token, after a change, when it gets old, and Stowaway's name; a key waits for one time only. */
  relay: { changed: "relay/changed", renewal: "relay/renewal", lost: "relay/lost" },
};

/** Has a bridge looked at again. */
export function later({ queue }: Context, { metadata }: GefyraBridge, milliseconds: number): void {
  queue.addLater(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""), milliseconds);
}

/** Writes a status where it differs and remembers the answer. */
export async function writeStatus<T extends KubernetesObject & { status?: object }>(
  { cluster }: Context,
  into: ObjectCache<T>,
  ref: ObjectRef,
  object: T,
  status: NonNullable<T["status"]>,
): Promise<T> {
  if (isDeepStrictEqual(asSent(object.status), asSent(status))) return object;
  const written = await cluster.patch<T>(ref, { status }, { subresource: "status" });
  if (!written) return object;
  into.put(written);
  return written;
}

/** Without what is undefined. The API server has its own order of fields, which does not matter. */
const asSent = (status: object | undefined): unknown => JSON.parse(JSON.stringify(status ?? null));

export async function setFinalizers<T extends KubernetesObject>(
  { cluster }: Context,
  into: ObjectCache<T>,
  ref: ObjectRef,
  finalizers: string[],
): Promise<void> {
  const written = await cluster.patch<T>(ref, { metadata: { finalizers } });
  if (!written) return;
  // The end of an object may be seen before the answer to the write that ended it.
  if (written.metadata?.deletionTimestamp && !written.metadata.finalizers?.length) into.remove(written);
  else into.put(written);
}
