/** `gefyra bridge`: checks everything, then creates one GefyraBridge and waits until it is active. */
import { listApps } from "../app/apps.ts";
import type { Problem } from "../app/problems.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Connection } from "../connection/connection.ts";
import { whileConnected } from "../connection/lock.ts";
import type { Engine } from "../docker/engine.ts";
import { GefyraError, messageOf } from "../errors.ts";
import { uninterrupted } from "../interruption.ts";
import { BRIDGE_TIMEOUT_MS } from "../names.ts";
import { bridgeRef, type GefyraBridge } from "../api/bridge.ts";
import { condition, READY } from "../api/conditions.ts";
import { type BridgeReason, bridgeReasons, retriedReasons } from "../api/reasons.ts";
import { bridgePhases, podStates } from "../api/phases.ts";
import { rightsMissing } from "../kube/rights.ts";
import type { Steps } from "../steps.ts";
import { targetText } from "../workload/target.ts";
import { waitFor } from "../wait.ts";
import { type ObservedBridge, withProblems } from "./observe.ts";
import { missingToBridge } from "./allowed.ts";
import { type BridgeOptions, checkNames, validateBridge } from "./validate.ts";
import { untilFollowed } from "./followed.ts";
import { removeBridge } from "./remove.ts";

export interface BridgeTools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
  /** Receives notes about the bridge. */
  notes?: string[];
  /** False: returns as soon as the bridge is created. */
  wait?: boolean;
}

/** Returns the bridge, which is active or waits for the first pod of its target, with its problems on this machine. */
export async function createBridge(
  tools: BridgeTools,
  connection: Connection,
  options: BridgeOptions,
): Promise<ObservedBridge> {
  const { engine, steps } = tools;
  const work = () => createWhileConnected(tools, connection, options);
  return await whileConnected(engine, connection, { command: "bridge", steps }, work);
}

async function createWhileConnected(
  tools: BridgeTools,
  connection: Connection,
  options: BridgeOptions,
): Promise<ObservedBridge> {
  const { cluster, steps } = tools;
  const { bridge: wanted, plan, notes } = await steps.step(
    "Checking the target and the local container",
    async () => {
      // Nobody makes a bridge that they cannot remove.
      checkNames(options);
      const missing = await missingToBridge(cluster, connection, options);
      if (missing.length) throw rightsMissing(missing, `bridge "${targetText(options.target)}"`);
      return await validateBridge(tools, connection, options);
    },
  );
  tools.notes?.push(...notes, ...plan?.notes ?? []);
  return await steps.step("Bridging", async (note) => {
    const created = await cluster.create(wanted);
    if (tools.wait === false) return { ...wanted, ...created, problems: [] };
    // Runs while the operator works: most apps answer, so nothing is left to wait for at the end.
    const early = problemsOf(tools, connection, wanted);
    try {
      const settled = await untilSettled(cluster, wanted);
      const ref = bridgeRef(wanted.metadata?.namespace ?? "", wanted.metadata?.name ?? "");
      const bridge = await untilFollowed(() => cluster.get<GefyraBridge>(ref), settled);
      note(condition(bridge.status?.conditions, READY)?.message ?? "");
      const problems = (await early).length ? await problemsOf(tools, connection, bridge) : [];
      return { ...bridge, problems };
    } catch (error) {
      // The first error is the one to report.
      await uninterrupted(() => removeBridge(cluster, wanted, true)).catch((undoing) =>
        steps.debug(`Cannot remove bridge "${options.name}" again: ${messageOf(undoing)}`)
      );
      throw error;
    }
  });
}

/** A working bridge is not removed because the app could not be checked. */
async function problemsOf(
  { engine }: BridgeTools,
  connection: Connection,
  bridge: GefyraBridge,
): Promise<Problem[]> {
  try {
    const apps = await listApps(engine, connection);
    const [observed] = await withProblems(engine, connection, [bridge], apps);
    return observed?.problems ?? [];
  } catch {
    return [];
  }
}

/** The bridge activates when pods appear or can run; `gefyra bridge` does not wait for that. */
const settled: readonly BridgeReason[] = [bridgeReasons.noPods, bridgeReasons.podsPending];

const UNDONE = "the bridge was removed, and the original serves";

/** The operator would retry these; `gefyra bridge` fails instead. */
function failure(reason: BridgeReason, target: string, state: string): GefyraError {
  const message = `Cannot bridge "${target}": ${state}`;
  if (reason === bridgeReasons.carrierRefused) {
    return new GefyraError("carrier-refused", message, { hint: UNDONE });
  }
  if (reason === bridgeReasons.unreachable) {
    const hint = "the bridge is deleted; the operator restores the pod as soon as it answers";
    return new GefyraError("unreachable-pod", message, { exit: "unreachable", hint });
  }
  if (reason === bridgeReasons.stowawayRefused) {
    return new GefyraError("stowaway-refused", message, { hint: UNDONE });
  }
  return new GefyraError("carrier-failed", `Cannot start Carrier: ${state}`, {
    hint: `make Carrier's image available to the nodes (\`gefyra lab load\` for the lab); ${UNDONE}`,
  });
}

async function untilSettled(cluster: Cluster, { metadata }: GefyraBridge): Promise<GefyraBridge> {
  const ref = bridgeRef(metadata?.namespace ?? "", metadata?.name ?? "");
  let bridge: GefyraBridge | undefined;
  const look = async () => {
    bridge = await cluster.get<GefyraBridge>(ref);
    const ready = condition(bridge?.status?.conditions, READY);
    if (bridge?.status?.phase === bridgePhases.refused) {
      throw new GefyraError(
        "bridge-refused",
        `Cannot bridge "${bridge.spec.target.name}": ${ready?.message}`,
        {
          exit: "refused",
          hint: "the bridge was removed; `gefyra list --bridges` shows the others",
        },
      );
    }
    const reason = ready?.reason as BridgeReason | undefined;
    if (ready && reason && retriedReasons.includes(reason)) {
      throw failure(reason, bridge?.spec.target.name ?? "", ready.message);
    }
    return ready?.status === "True" ||
      (bridge?.status?.phase === bridgePhases.waiting && reason !== undefined && settled.includes(reason));
  };
  const last = () => condition(bridge?.status?.conditions, READY)?.message ?? "no status from the operator";
  await waitFor(look, {
    what: `bridge "${ref.name}" to be active`,
    timeout: BRIDGE_TIMEOUT_MS,
    interval: 100,
    // Containers are replaced one after another.
    progress: () =>
      bridge?.status?.pods?.filter(({ state }) => state === podStates.active).length || undefined,
  })
    .catch((error) => {
      if (!(error instanceof GefyraError) || error.id !== "timeout") throw error;
      throw new GefyraError("timeout", `${error.message} (${last()})`, {
        exit: "timeout",
        hint: error.hint ?? "",
        cause: error,
      });
    });
  return bridge!;
}
