/** `gefyra bridge --dry-run`: computes what a bridge would do, without changing anything. */
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../kube/cluster.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError } from "../errors.ts";
import { API_VERSION, GROUP } from "../names.ts";
import { rightsMissing, rightText } from "../kube/rights.ts";
import { gvk } from "../api/gvk.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../api/bridge.ts";
import { podsOf, resolveTarget } from "../pods/resolve.ts";
import { targetText } from "../workload/target.ts";
import { claimRefusal } from "../plan/claims.ts";
import type { Plan } from "../plan/plan.ts";
import { planPerPod } from "../plan/per-pod.ts";
import { missingToBridge } from "./allowed.ts";
import { type BridgeOptions, checkNames, validateBridge, type ValidBridge } from "./validate.ts";
import type { ModePlan } from "../plan/modes/mode.ts";

export interface ObjectChange {
  kind: string;
  namespace: string;
  name: string;
  change: string;
}

export interface DryRun {
  /** The object that would be created. */
  bridge: GefyraBridge;
  /** One for each group of equal pods; a single one without pods if there are none now. */
  plans: DryRunPlan[];
  /** Notes for the user. */
  notes: string[];
  /** Number of container restarts in all pods when bridging; the same number again when the bridge is removed. */
  restarts: number;
  objects: ObjectChange[];
  missingRights: string[];
}

export interface DryRunPlan {
  /** Names of the pods that would be bridged now. */
  pods: string[];
  /** `null` for a Service that has no pods yet. */
  plan: Plan | null;
}

export async function dryRunBridge(
  tools: { engine: Engine; cluster: Cluster },
  connection: Connection,
  options: BridgeOptions,
): Promise<DryRun> {
  const { cluster } = tools;
  const { namespace, target } = options;
  checkNames(options);
  const missing = await missingToBridge(cluster, connection, options);
  // Without read access to the target there is nothing to plan.
  if (missing.some(({ group }) => group !== GROUP)) {
    throw rightsMissing(missing, `plan a bridge of "${targetText(target)}"`);
  }
  const [prepared, resolved, all, bridges] = await Promise.all([
    validateBridge(tools, connection, options),
    resolveTarget(cluster, namespace, target),
    cluster.list<V1Pod>({ ...gvk.Pod, namespace }),
    bridgesIn(cluster, namespace),
  ]);
  const pods = podsOf(resolved, namespace, all);
  const claim = claimOf(prepared, pods, bridges);
  if (claim) {
    throw new GefyraError("cannot-intercept", `Cannot bridge "${targetText(target)}": ${claim}`, {
      exit: "refused",
      hint: "choose another container or port, or another --match than that bridge",
    });
  }
  return { ...dryRunOf(prepared, pods), missingRights: missing.map(rightText) };
}

/** Why the operator would refuse the bridge: another bridge has the pods. Pure. */
export function claimOf(
  { bridge, input }: ValidBridge,
  pods: V1Pod[],
  bridges: GefyraBridge[],
): string | undefined {
  const planned = planPerPod(pods, input).flatMap(({ pods, plan }) =>
    plan.mode ? pods.map((pod) => ({ pod, plan })) : []
  );
  return claimRefusal(bridge, planned, bridges);
}

/** Some users may not list bridges; the operator may, and decides. */
async function bridgesIn(cluster: Cluster, namespace: string): Promise<GefyraBridge[]> {
  try {
    return await cluster.list<GefyraBridge>({ apiVersion: API_VERSION, kind: BRIDGE_KIND, namespace });
  } catch (error) {
    if (error instanceof GefyraError && error.exit === "forbidden") return [];
    throw error;
  }
}

/** Pure. */
export function dryRunOf(
  { bridge, plan, input, notes }: ValidBridge,
  pods: V1Pod[],
): Omit<DryRun, "missingRights"> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const plans: DryRunPlan[] = pods.length === 0
    ? [{ pods: [], plan: plan ?? null }]
    : planPerPod(pods, input).map((group) => ({
      pods: group.pods.map(({ metadata }) => metadata?.name ?? ""),
      plan: group.plan,
    }));
  return {
    bridge,
    plans,
    notes: [...new Set([...notes, ...plans.flatMap(({ plan }) => plan?.mode ? plan.notes : [])])],
    restarts: plans.reduce((sum, { pods, plan }) => sum + (plan?.mode ? plan.restarts * pods.length : 0), 0),
    objects: [
      { kind: bridge.kind ?? "", namespace, name, change: "is created" },
      ...plans.flatMap(({ pods, plan }) =>
        plan?.mode ? pods.map((pod) => ({ kind: "Pod", namespace, name: pod, change: changeOf(plan) })) : []
      ),
    ],
  };
}

const changeOf = ({ mode, container }: ModePlan) =>
  mode === "beside"
    ? "gets Carrier as an ephemeral container"
    : `has Carrier's image in container ${container}`;
