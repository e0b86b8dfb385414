import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject, ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import { patchFinalizers } from "../../lib/kube/finalizers.ts";
import type { Limits } from "../../lib/limits.ts";
import type { Queue } from "./queue.ts";
import type { Cache, ObjectCache } from "./cache.ts";

/** What a reconciler works with. */
export interface Context {
  cluster: Cluster;
  cache: Cache;
  /** For the keys of other objects. When its own key is due again, a reconciler returns. */
  queue: Pick<Queue, "add">;
  /** Gefyra's own namespace. */
  namespace: string;
  /** The only namespaces where bridges are allowed; all if absent. */
  namespaces?: string[] | undefined;
  carrierImage: string;
  limits: Limits;
  /** The resolver of the cluster's pods, and the domain that their names end in. */
  dns: { server: string; domain: string };
  log(text: string): void;
}

export const keys = {
  client: (name: string) => `client/${name}`,
  /** A client outside Gefyra's namespace. */
  misplaced: (namespace: string, name: string) => `misplaced/${namespace}/${name}`,
  bridge: (namespace: string, name: string) => `bridge/${namespace}/${name}`,
  /** Stowaway's configuration, made of all clients and bridges. */
  tunnel: "tunnel",
  /** Which clients still send traffic. */
  liveness: "liveness",
  /** The relay's token, and the name of a Stowaway on a lost node. */
  relay: "relay",
};

/** Writes a status if it differs, and puts the answer into the cache. */
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

/** Without undefined fields. The order of fields, which the API server changes, makes no difference. */
const asSent = (status: object | undefined): unknown => JSON.parse(JSON.stringify(status ?? null));

export async function setFinalizers<T extends KubernetesObject>(
  { cluster }: Context,
  into: ObjectCache<T>,
  ref: ObjectRef,
  object: T,
  finalizers: string[],
): Promise<void> {
  const written = await patchFinalizers(cluster, ref, object, finalizers);
  if (!written) return;
  // The watch may report the end of an object before the write that caused it is answered.
  if (written.metadata?.deletionTimestamp && !written.metadata.finalizers?.length) into.remove(written);
  else into.put(written);
}
