/** The bridges of a connection: their state in the cluster, and whether their apps accept the traffic. */
import { listApps } from "../app/apps.ts";
import type { AppContainer } from "../app/container.ts";
import { askPorts } from "../app/ports.ts";
import { bridgeProblems, portsToAsk, type Problem } from "../app/problems.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Connection } from "../connection/connection.ts";
import type { Engine } from "../docker/engine.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import { condition, READY } from "../api/conditions.ts";
import { podStates } from "../api/phases.ts";
import { bridgeReasons } from "../api/reasons.ts";
import { visibleBridges, type Where } from "./visible.ts";

export interface ObservedBridge extends GefyraBridge {
  /** Problems on this machine; empty if none is known. */
  problems: Problem[];
}

export interface Observed {
  bridges: ObservedBridge[];
  /** What could not be seen, and why; absent if nothing is hidden. */
  hidden?: string;
}

export async function observeBridges(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  connection: Connection,
  { apps, ...where }: Where & { apps?: AppContainer[] | Promise<AppContainer[]> } = {},
): Promise<Observed> {
  const [{ bridges, ...rest }, known] = await Promise.all([
    visibleBridges(cluster, connection, where),
    apps ?? listApps(engine, connection),
  ]);
  return { ...rest, bridges: await withProblems(engine, connection, bridges, known) };
}

/** Checks all ports at once. */
export async function withProblems(
  engine: Engine,
  connection: Connection,
  bridges: GefyraBridge[],
  apps: AppContainer[],
): Promise<ObservedBridge[]> {
  const states = await askPorts(engine, connection, bridges.flatMap((bridge) => portsToAsk(bridge, apps)));
  return bridges.map((bridge) => ({ ...bridge, problems: bridgeProblems(bridge, apps, states) }));
}

/** The operator's message about a bridge; empty if all pods are bridged. Pure. */
export function remarkOf({ status }: Pick<GefyraBridge, "status">): string {
  const { reason, message = "" } = condition(status?.conditions, READY) ?? {};
  return reason === bridgeReasons.bridged ? "" : message;
}

/** e.g. `1/2`: bridged pods and all pods of the target. Pure. */
export function activePods({ status }: Pick<GefyraBridge, "status">): string {
  const { pods = [], targetPods = pods.length } = status ?? {};
  return `${pods.filter(({ state }) => state === podStates.active).length}/${targetPods}`;
}
