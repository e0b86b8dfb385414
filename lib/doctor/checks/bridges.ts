/** The bridges of this connection and the apps that they lead to. */
import { listApps } from "../../app/apps.ts";
import type { AppContainer } from "../../app/container.ts";
import { appProblems, notAmong, type Problem } from "../../app/problems.ts";
import { observeBridges, type ObservedBridge, remarkOf } from "../../bridge/observe.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Engine } from "../../docker/engine.ts";
import { DOCTOR } from "../../names.ts";
import { condition, READY } from "../../api/conditions.ts";
import { retriedReasons } from "../../api/reasons.ts";
import { bridgePhases } from "../../api/phases.ts";
import { attention, broken, type CheckResult, ok, type Result } from "../check-result.ts";

export async function checkBridges(
  engine: Engine,
  cluster: Cluster,
  connection: Connection,
): Promise<CheckResult<object>> {
  const apps = await listApps(engine, connection);
  const { bridges } = await observeBridges({ engine, cluster }, connection, { apps });
  const others = bridges.filter(({ metadata }) => !metadata?.name?.startsWith(DOCTOR));
  return { results: judgeBridges(others, apps), value: {} };
}

/** Pure. */
export function judgeBridges(bridges: ObservedBridge[], apps: AppContainer[]): Result[] {
  const ofApps = apps.flatMap(appProblems);
  const bad = [
    ...ofApps.map(({ message, remedy }) => broken(message, remedy)),
    ...bridges.flatMap((bridge) => judgeBridge(bridge, bridge.problems.filter(notAmong(ofApps)))),
  ];
  if (bad.length) return bad;
  return [
    ok(bridges.length ? `${bridges.map(({ metadata }) => metadata?.name).join(", ")}: active` : "none"),
  ];
}

function judgeBridge({ metadata, spec, status }: ObservedBridge, problems: Problem[]): Result[] {
  const { name, namespace } = metadata ?? {};
  const local = problems.map(({ message, remedy }) =>
    // With --fallback or --mirror, the original serves meanwhile.
    spec.fallback || spec.mirror
      ? attention(`${name}: ${message}`, remedy)
      : broken(`${name}: ${message}`, remedy)
  );
  const phase = status?.phase ?? bridgePhases.pending, remark = remarkOf(status ? { status } : {});
  if (phase === bridgePhases.active && !remark) return local;
  const message = `${name} is ${phase}${remark ? `: ${remark}` : ""}`;
  const remedy = `kubectl describe gefyrabridge ${name} --namespace ${namespace}`;
  const reason = condition(status?.conditions, READY)?.reason;
  const failed = phase === bridgePhases.refused || retriedReasons.some((one) => one === reason);
  return [failed ? broken(message, remedy) : attention(message, remedy), ...local];
}
