/** What the bridge reconciler works with: what all reconcilers share, and what it remembers between its passes. */
import { type Attempts, createAttempts } from "../runtime/attempts.ts";
import type { Cache } from "../runtime/cache.ts";
import type { Context } from "../runtime/context.ts";
import { createState } from "../runtime/state.ts";
import { type Carriers, createCarriers } from "./carriers.ts";
import { createProtocols, type Protocols } from "./protocols.ts";
import { type Convergence, createConvergence } from "./service-convergence.ts";
import { createDrains, type Drains } from "./switch-image.ts";

export interface BridgeContext extends Context {
  /** Of bridges to take pods, by `keyOf`. */
  attempts: Attempts;
  carriers: Carriers;
  drains: Drains;
  convergence: Convergence;
  protocols: Protocols;
  /** Uid of a pod → Unix milliseconds: when its Carrier was created. Absent once the Carrier is known to run. */
  createdAt: Map<string, number>;
  /** `keyOf` a bridge and a pod → Unix milliseconds: when the bridge, which is deleted, began to restore the pod. */
  restoringSince: Map<string, number>;
  /** Forgets all about pods and bridges that are gone. */
  prune(): void;
}

export function createBridgeContext(context: Context): BridgeContext {
  const state = createState();
  return {
    ...context,
    attempts: createAttempts(state),
    carriers: createCarriers(context, state),
    drains: createDrains(context, state),
    convergence: createConvergence(context, state),
    protocols: createProtocols(context, state),
    createdAt: state.byUid(),
    restoringSince: state.byUid(),
    prune: () => {
      const existing = uidsIn(context.cache);
      state.prune((uid) => existing.has(uid));
    },
  };
}

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
