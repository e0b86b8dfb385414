/** What the operator knows of the cluster, kept current by watches. */
import type { V1Pod, V1Service } from "@kubernetes/client-node";
import type { Cluster, KubernetesObject, Selection } from "../../lib/kube/cluster.ts";
import { API_VERSION, COMPONENT_LABEL } from "../../lib/names.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../../lib/api/bridge.ts";
import { CLIENT_KIND, type GefyraClient } from "../../lib/api/client.ts";

export interface Store<T> {
  get(namespace: string, name: string): T | undefined;
  all(): T[];
  /** Takes an object that the API server answered a write with, so that the next look does not see an older one. */
  put(object: T): void;
  remove(object: T): void;
}

export interface World {
  clients: Store<GefyraClient>;
  /** Clients in other namespaces than Gefyra's. */
  misplaced: Store<GefyraClient>;
  bridges: Store<GefyraBridge>;
  /** Stowaway's pods: one, or two for a moment. */
  stowaways: Store<V1Pod>;
  /** The pods of the namespaces that have bridges. */
  pods: Store<V1Pod>;
  /** Follows the pods and the Services of a namespace from now on. */
  follow(namespace: string): Promise<void>;
  stop(): void;
}

export type Change =
  | { kind: "client"; name: string }
  | { kind: "misplaced"; namespace: string; name: string }
  | { kind: "bridge"; namespace: string; name: string }
  | { kind: "stowaway" }
  | { kind: "pod"; namespace: string }
  | { kind: "service"; namespace: string };

export function store<T extends KubernetesObject>(): Store<T> {
  const objects = new Map<string, T>();
  const key = (object: T) => `${object.metadata?.namespace}/${object.metadata?.name}`;
  return {
    get: (namespace, name) => objects.get(`${namespace}/${name}`),
    all: () => [...objects.values()],
    put: (object) => {
      const known = objects.get(key(object));
      if (!known || isNewer(object, known)) objects.set(key(object), object);
    },
    remove: (object) => void objects.delete(key(object)),
  };
}

/** Resource versions grow with every write: a watch may bring an older state than the one just written. */
function isNewer(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a.metadata?.uid !== b.metadata?.uid) return true;
  return BigInt(a.metadata?.resourceVersion ?? 0) >= BigInt(b.metadata?.resourceVersion ?? 0);
}

export async function watchWorld(
  cluster: Cluster,
  namespace: string,
  onChange: (change: Change) => void,
  onError: (error: Error) => void,
): Promise<World> {
  const stops: (() => void)[] = [];
  const followed = new Set<string>();
  const follow = async <T extends KubernetesObject>(
    selection: Selection,
    storeOf: Store<T> | ((object: T) => Store<T>),
    changed: (object: T) => Change,
  ) => {
    stops.push(
      await cluster.watch<T>(selection, ({ type, object }) => {
        const into = typeof storeOf === "function" ? storeOf(object) : storeOf;
        if (type === "DELETED") into.remove(object);
        else into.put(object);
        onChange(changed(object));
      }, onError),
    );
  };

  const world: World = {
    clients: store(),
    misplaced: store(),
    bridges: store(),
    stowaways: store(),
    pods: store(),
    follow: async (target) => {
      if (followed.has(target)) return;
      followed.add(target);
      await Promise.all([
        follow(
          { apiVersion: "v1", kind: "Pod", namespace: target },
          world.pods,
          () => ({ kind: "pod", namespace: target }),
        ),
        // Which pods it selects may change with it.
        follow(
          { apiVersion: "v1", kind: "Service", namespace: target },
          store<V1Service>(),
          () => ({ kind: "service", namespace: target }),
        ),
      ]);
    },
    stop: () => stops.forEach((stop) => stop()),
  };
  await follow(
    { apiVersion: "v1", kind: "Pod", namespace, labels: `${COMPONENT_LABEL}=stowaway` },
    world.stowaways,
    () => ({ kind: "stowaway" }),
  );
  const isOwn = ({ metadata }: GefyraClient) => metadata?.namespace === namespace;
  await follow<GefyraClient>(
    { apiVersion: API_VERSION, kind: CLIENT_KIND },
    (client) => isOwn(client) ? world.clients : world.misplaced,
    (client) => {
      const { namespace = "", name = "" } = client.metadata ?? {};
      return isOwn(client) ? { kind: "client", name } : { kind: "misplaced", namespace, name };
    },
  );
  await follow(
    { apiVersion: API_VERSION, kind: BRIDGE_KIND },
    world.bridges,
    ({ metadata }) => ({ kind: "bridge", namespace: metadata?.namespace ?? "", name: metadata?.name ?? "" }),
  );
  return world;
}
