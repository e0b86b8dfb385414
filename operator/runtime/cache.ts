/** The objects that the operator works with, kept current by watches. */
import type { V1Pod, V1Service } from "@kubernetes/client-node";
import pTimeout from "p-timeout";
import { gvk } from "../../lib/api/gvk.ts";
import type { KubernetesObject, ObjectRef } from "../../lib/api/objects.ts";
import type { Cluster, Selection } from "../../lib/kube/cluster.ts";
import { identity, reducedPod } from "./reduce.ts";
import { type Bounded, isPartial } from "./bounded.ts";
import { boundedBridges, boundedClients, withoutExtras } from "./reduce-own.ts";
import type { Limits } from "../../lib/limits.ts";
import { API_VERSION, COMPONENT_LABEL } from "../../lib/names.ts";
import { BRIDGE_KIND, bridgeRef, type GefyraBridge } from "../../lib/api/bridge.ts";
import { CLIENT_KIND, clientRef, type GefyraClient } from "../../lib/api/client.ts";

export interface ObjectCache<T> {
  get(namespace: string, name: string): T | undefined;
  all(): T[];
  inNamespace(namespace: string): T[];
  /** Adds or updates an object, unless a newer version of it is here: also with what a write returned, so that the next pass sees it. */
  put(object: T): void;
  remove(object: T): void;
  /** How many have gone so far. */
  gone(): number;
  size(): number;
}

export interface Cache {
  clients: ObjectCache<GefyraClient>;
  /** Clients outside Gefyra's namespace. */
  misplaced: ObjectCache<GefyraClient>;
  bridges: ObjectCache<GefyraBridge>;
  /** Stowaway's pods: one, or two for a short time. */
  stowaways: ObjectCache<V1Pod>;
  /** The pods of the namespaces that have bridges. */
  pods: ObjectCache<V1Pod>;
  /** Watches the pods and the Services of a namespace from now on. */
  watch(namespace: string): Promise<void>;
  /** All of one that is served from now on, and of which a part may be here; `undefined` if it is gone. */
  wholeBridge(bridge: GefyraBridge): Promise<GefyraBridge | undefined>;
  wholeClient(client: GefyraClient): Promise<GefyraClient | undefined>;
  stop(): void;
}

export type Change =
  | { kind: "client"; name: string }
  | { kind: "misplaced"; namespace: string; name: string }
  | { kind: "bridge"; namespace: string; name: string }
  | { kind: "stowaway" }
  | { kind: "pod"; namespace: string }
  | { kind: "service"; namespace: string };

export function objectCache<T extends KubernetesObject>(
  { reduce, forget }: Partial<Pick<Bounded<T>, "reduce" | "forget">> = {},
): ObjectCache<T> {
  const namespaces = new Map<string, Map<string, T>>();
  let gone = 0, size = 0;
  const placeOf = ({ metadata }: T) => [metadata?.namespace ?? "", metadata?.name ?? ""] as const;
  const get = (namespace: string, name: string) => namespaces.get(namespace)?.get(name);
  return {
    get,
    all: () => [...namespaces.values()].flatMap((objects) => [...objects.values()]),
    inNamespace: (namespace) => [...namespaces.get(namespace)?.values() ?? []],
    put: (object) => {
      const [namespace, name] = placeOf(object), known = get(namespace, name);
      if (known && !isNewer(object, known)) return;
      if (!known) size++;
      else if (known.metadata?.uid !== object.metadata?.uid) gone++;
      const objects = namespaces.get(namespace) ?? new Map<string, T>();
      namespaces.set(namespace, objects.set(name, reduce ? reduce(object) : object));
    },
    remove: (object) => {
      const [namespace, name] = placeOf(object), objects = namespaces.get(namespace);
      // Another may have the name already.
      if (objects?.get(name)?.metadata?.uid === object.metadata?.uid && objects?.delete(name)) {
        gone++;
        size--;
      }
      if (objects?.size === 0) namespaces.delete(namespace);
      forget?.(object);
    },
    gone: () => gone,
    size: () => size,
  };
}

/** How long the operator waits for the bridges of an enabled namespace before it begins without them. */
const FIRST_LIST_MS = 10_000;

/**
 * Resource versions grow with every write, of all objects of a kind. A watch may deliver an older version than the one just
 * written, also of the object that had the name before.
 */
function isNewer(a: KubernetesObject, b: KubernetesObject): boolean {
  return BigInt(a.metadata?.resourceVersion ?? 0) >= BigInt(b.metadata?.resourceVersion ?? 0);
}

/** What is watched, and how much of it is kept. */
export interface Scope {
  /** Gefyra's own namespace. */
  namespace: string;
  /** The only namespaces where bridges are allowed; all if absent. */
  namespaces?: string[] | undefined;
  limits: Limits;
}

/**
 * Where clients and bridges are watched; `undefined` stands for all namespaces. `gefyra doctor` has bridges in Gefyra's own.
 * Pure.
 */
export function watchedNamespaces({ namespace, namespaces }: Pick<Scope, "namespace" | "namespaces">) {
  if (!namespaces) return { clients: undefined, bridges: [undefined] };
  return { clients: namespace, bridges: [...new Set([namespace, ...namespaces])] };
}

/** Users decide how large their objects are: up to 1.5 MB each, all of them in memory at once as a text and as an object. */
const PAGE = 10;

/** A watch goes on trying; who waits for it comes again. */
const LIST_TIMEOUT_MS = 15_000;

export async function startCache(
  cluster: Cluster,
  scope: Scope,
  onChange: (change: Change) => void,
  onError: (error: Error) => void,
): Promise<Cache> {
  const { namespace } = scope, watchedIn = watchedNamespaces(scope);
  const stops: (() => void)[] = [];
  const watched = new Map<string, Promise<unknown>>();
  const keptClients = boundedClients(scope.limits), keptBridges = boundedBridges(scope.limits);
  const watch = async <T extends KubernetesObject>(
    selection: Selection,
    cacheOf: ObjectCache<T> | ((object: T) => ObjectCache<T>),
    changed: (object: T) => Change,
  ) => {
    stops.push(
      await cluster.watch<T>({ ...selection, page: PAGE }, ({ type, object }) => {
        const into = typeof cacheOf === "function" ? cacheOf(object) : cacheOf;
        if (type === "DELETED") into.remove(object);
        else into.put(object);
        onChange(changed(object));
      }, onError),
    );
  };

  const cache: Cache = {
    clients: objectCache(keptClients),
    misplaced: objectCache({ reduce: withoutExtras }),
    bridges: objectCache(keptBridges),
    stowaways: objectCache(),
    pods: objectCache(),
    watch: async (target) => {
      const listed = watched.get(target) ?? Promise.all([
        watch(
          { ...gvk.Pod, namespace: target, reduce: reducedPod },
          cache.pods,
          () => ({ kind: "pod", namespace: target }),
        ),
        // A change may make it select other pods.
        watch(
          { ...gvk.Service, namespace: target, reduce: identity },
          objectCache<V1Service>(),
          () => ({ kind: "service", namespace: target }),
        ),
      ]);
      watched.set(target, listed);
      await pTimeout(listed, {
        milliseconds: LIST_TIMEOUT_MS,
        message: `the pods of namespace "${target}" cannot be listed`,
      });
    },
    wholeBridge: (bridge) => whole(cluster, bridge, bridgeRef, keptBridges.admit, cache.bridges),
    wholeClient: (client) => whole(cluster, client, clientRef, keptClients.admit, cache.clients),
    stop: () => stops.forEach((stop) => stop()),
  };
  await watch(
    { ...gvk.Pod, namespace, labels: `${COMPONENT_LABEL}=stowaway` },
    cache.stowaways,
    () => ({ kind: "stowaway" }),
  );
  const isOwn = ({ metadata }: KubernetesObject) => metadata?.namespace === namespace;
  await watch<GefyraClient>(
    {
      ...{ apiVersion: API_VERSION, kind: CLIENT_KIND, namespace: watchedIn.clients },
      reduce: (client) => (isOwn(client) ? keptClients.reduce : withoutExtras)(client as GefyraClient),
    },
    (client) => isOwn(client) ? cache.clients : cache.misplaced,
    (client) => {
      const { namespace = "", name = "" } = client.metadata ?? {};
      return isOwn(client) ? { kind: "client", name } : { kind: "misplaced", namespace, name };
    },
  );
  const watchBridges = (namespace: string | undefined) =>
    watch<GefyraBridge>(
      {
        ...{ apiVersion: API_VERSION, kind: BRIDGE_KIND, namespace },
        reduce: (bridge) => keptBridges.reduce(bridge as GefyraBridge),
      },
      cache.bridges,
      ({ metadata }) => ({
        kind: "bridge",
        namespace: metadata?.namespace ?? "",
        name: metadata?.name ?? "",
      }),
    );
  // An enabled namespace that was deleted, or whose binding was, must not stop the others: its watch goes on trying.
  await Promise.all(
    watchedIn.bridges.map((one) =>
      one === undefined || one === namespace ? watchBridges(one) : pTimeout(watchBridges(one), {
        milliseconds: FIRST_LIST_MS,
        fallback: () => onError(new Error(`bridges of namespace "${one}" cannot be listed yet`)),
      })
    ),
  );
  return cache;
}

async function whole<T extends KubernetesObject>(
  cluster: Cluster,
  object: T,
  refOf: (namespace: string, name: string) => ObjectRef,
  admit: (object: T) => void,
  into: ObjectCache<T>,
): Promise<T | undefined> {
  if (!isPartial(object)) return object;
  const { namespace = "", name = "", uid } = object.metadata ?? {};
  const found = await cluster.get<T>(refOf(namespace, name));
  if (!found || found.metadata?.uid !== uid) return undefined;
  admit(found);
  into.put(found);
  return into.get(namespace, name);
}
