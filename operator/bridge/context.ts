/** What the bridge reconciler works with: what all reconcilers share, and what it remembers between its passes. */
import { type Attempts, createAttempts } from "../runtime/attempts.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { Cluster } from "../../lib/kube/cluster.ts";
import type { Cache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import { createReach, type Reach } from "../runtime/reach.ts";
import { createState } from "../runtime/state.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { type Carriers, createCarriers } from "./carriers.ts";
import { createFollowing, type Following } from "./connections.ts";
import { createProtocols, type Protocols } from "./protocols.ts";
import { createQuota, type Quota } from "./quota.ts";
import { type Convergence, createConvergence } from "./service-convergence.ts";
import { createSources, type Sources } from "./sources.ts";
import { createDrains, type Drains } from "./switch-image.ts";

/** One of so many. */
const PART = 16;

export interface BridgeContext extends Context {
  /** Whether Stowaway forwards all ports of a bridge for a pod: only then may its Carrier send something there. */
  isForwarded: Tunnel["isForwarded"];
  /** Of pods that do not answer. `cluster.exec` goes through it. */
  reach: Reach;
  /** Of bridges to take pods, by `keyOf`. */
  attempts: Attempts;
  carriers: Carriers;
  following: Following;
  sources: Sources;
  drains: Drains;
  convergence: Convergence;
  protocols: Protocols;
  quota: Quota;
  /** Uid of a bridge → Stowaway's ports that it was given, until its status has them. */
  chosenPorts: Map<string, number[]>;
  /** Uid of a pod → Unix milliseconds: when its Carrier was created. Absent once the Carrier is known to run. */
  createdAt: Map<string, number>;
  /** `keyOf` a bridge and a pod → Unix milliseconds: when the bridge, which is deleted, began to restore the pod. */
  restoringSince: Map<string, number>;
  /** Forgets all about pods and bridges that are gone. As it looks at all of them, it waits until a part of them is. */
  prune(): void;
}

export function createBridgeContext(
  shared: Context,
  { isForwarded }: Pick<Tunnel, "isForwarded">,
): BridgeContext {
  const state = createState();
  const reach = createReach(shared.cluster, ({ namespace, name }) => {
    const { metadata, spec } = shared.cache.pods.get(namespace, name) ?? {};
    const { uid, resourceVersion: version = "" } = metadata ?? {};
    return uid ? { uid, version, node: spec?.nodeName } : undefined;
  }, state);
  const cluster: Cluster = Object.assign(Object.create(shared.cluster), { exec: reach.exec });
  const context = { ...shared, cluster };
  const following = createFollowing(context, state);
  let pruned = 0;
  return {
    ...context,
    isForwarded,
    reach,
    attempts: createAttempts(state),
    carriers: createCarriers(context, state, following.begin),
    following,
    sources: createSources(context, state),
    drains: createDrains(context, state),
    convergence: createConvergence(context, state),
    protocols: createProtocols(context, state),
    quota: createQuota(context),
    chosenPorts: state.byUid(),
    createdAt: state.byUid(),
    restoringSince: state.byUid(),
    prune: () => {
      const { bridges, pods } = context.cache, gone = bridges.gone() + pods.gone();
      if ((gone - pruned) * PART <= bridges.size() + pods.size()) return;
      pruned = gone;
      const existing = uidsIn(context.cache);
      state.prune((uid) => existing.has(uid));
    },
  };
}

/**
 * Of those that have the pod. Its Carrier sends nothing to a port that Stowaway does not forward yet: that bridge's own
 * pass adds its share.
 */
export const forwardedBridges = (
  { cache, isForwarded }: BridgeContext,
  { namespace, uid: pod }: { namespace: string; uid: string },
): GefyraBridge[] =>
  cache.bridges.inNamespace(namespace).filter((bridge) =>
    bridge.status?.pods?.some(({ uid }) => uid === pod) && isForwarded(bridge, pod)
  );

/** Pods whose namespace is not watched yet are known by the records of their bridges. */
function uidsIn({ bridges, pods }: Cache): Set<string> {
  return new Set([
    ...pods.all().map(({ metadata }) => metadata?.uid ?? ""),
    ...bridges.all().flatMap(({ metadata, status }) => [
      metadata?.uid ?? "",
      ...status?.pods?.map(({ uid }) => uid) ?? [],
    ]),
  ]);
}
