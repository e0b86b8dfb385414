/** What the operator keeps of GefyraBridges and GefyraClients. Pure, but for what `bounded` remembers. */
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import type { KubernetesObject } from "../../lib/api/objects.ts";
import type { Limits } from "../../lib/limits.ts";
import { UNINSTALLS_ANNOTATION } from "../../lib/names.ts";
import { type Bounded, bounded } from "./bounded.ts";

/** Only a group that a client lets in counts; a user with longer names of groups is refused when there are too many bridges. */
const LONGEST_GROUPS = 500;

export function boundedBridges(limits: Limits): Bounded<GefyraBridge> {
  const { reduce, ...rest } = bounded<GefyraBridge>({
    most: limits.GEFYRA_BRIDGES_PER_NAMESPACE,
    groupOf: ({ metadata }) => metadata?.namespace ?? "",
    isServed: ({ status }) => Boolean(status?.ports?.length || status?.pods?.length),
    stub: stubOfBridge,
  });
  return { ...rest, reduce: (object) => reduce(withoutExtras(object)) };
}

export function boundedClients(limits: Limits): Bounded<GefyraClient> {
  const { reduce, ...rest } = bounded<GefyraClient>({
    most: limits.GEFYRA_CLIENTS_PER_USER,
    groupOf: ({ spec }) => spec.owner?.user ?? "",
    isServed: ({ status }) => status?.tunnel !== undefined,
    stub: ({ spec: { allowedUsers: _users, allowedGroups: _groups, owner, ...spec }, ...client }) => ({
      ...client,
      spec: { ...spec, ...(owner ? { owner: { user: owner.user } } : {}) },
    }),
  });
  return { ...rest, reduce: (object) => reduce(withoutExtras(object)) };
}

/** Labels, foreign annotations and managed fields may have a megabyte. */
export function withoutExtras<T extends KubernetesObject>(object: T): T {
  const { name, namespace, uid, resourceVersion, generation, ...more } = object.metadata ?? {};
  const { creationTimestamp, deletionTimestamp, finalizers, annotations } = more;
  const uninstalls = annotations?.[UNINSTALLS_ANNOTATION] === undefined ? {} : {
    annotations: { [UNINSTALLS_ANNOTATION]: "" },
  };
  const identity = { name, namespace, uid, resourceVersion, generation };
  const known = { ...identity, creationTimestamp, deletionTimestamp, finalizers };
  const metadata = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { ...object, metadata: { ...metadata, ...uninstalls } };
}

function stubOfBridge({ spec, ...bridge }: GefyraBridge): GefyraBridge {
  const { match: _, owner, ports, ...rest } = spec;
  const groups = owner?.groups ?? [];
  const short = groups.reduce((sum, group) => sum + group.length, 0) <= LONGEST_GROUPS ? { groups } : {};
  return {
    ...bridge,
    spec: {
      ...rest,
      ...(owner ? { owner: { user: owner.user, ...(groups.length ? short : {}) } } : {}),
      ports: unnamedPorts(ports.length),
    },
  };
}

const PORT = { remote: 1, local: 1, protocol: "TCP" } as const;

/** Only their number counts before the bridge is served. */
const unnamedPorts = (count: number): GefyraBridge["spec"]["ports"] => Array<typeof PORT>(count).fill(PORT);
