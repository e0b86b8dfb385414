/** Takes the pods of a target, each in the way that was planned, and keeps their Carriers configured. */
import type { V1Pod } from "@kubernetes/client-node";
import { carrierFiles } from "../lib/bridge/compose.ts";
import { addCarrier, isHopeless, placementOf } from "../lib/bridge/ephemeral.ts";
import { containerStatus, imageInSpec, runningContainer } from "../lib/bridge/intercept.ts";
import { sharesOf } from "../lib/bridge/share.ts";
import type { WayPlan } from "../lib/bridge/ways/way.ts";
import { GefyraError, messageOf } from "../lib/errors.ts";
import { bridgeRef, type GefyraBridge, type InterceptedPod } from "../lib/resources/bridge.ts";
import { tellCarrier } from "./carriers.ts";
import { type Context, keys, writeStatus } from "./context.ts";
import { switchImage } from "./drain.ts";

export interface Interception {
  bridge: GefyraBridge;
  /** Each with its own plan. */
  pods: { pod: V1Pod; plan: WayPlan }[];
  /** Address of Stowaway's pod. */
  stowaway: string;
  /** Has Stowaway take the bridge's ports; Carriers can start meanwhile, but may not send anything there before. */
  tunnelReady: () => Promise<unknown>;
  /** Stands in when a pod's own record is lost: what the workload would give a new pod. */
  templateImage: (container: string) => string | undefined;
}

/** Where Carrier runs in a pod. */
interface Placed {
  container: string;
  /** Of the running container, as the runtime names it; absent where nobody has said yet that it runs. */
  id: string | undefined;
}

/**
 * Uid of a pod → when its Carrier joined. The kubelet says up to a second late that a container runs, while it can be
 * told its configuration at once: so for a moment that is just tried.
 */
const joinedAt = new Map<string, number>();
const EARLY_MS = 5000, EARLY_INTERVAL_MS = 50;

export async function interceptPods(context: Context, interception: Interception): Promise<InterceptedPod[]> {
  const { bridge, pods } = interception;
  let records = recordsOf(context, bridge).flatMap((record) => {
    const planned = pods.find(({ pod }) => pod.metadata?.uid === record.uid);
    // A pod that has left the target is given back with the bridge.
    if (!planned) return lives(context, record) ? [record] : [];
    return [record.way === planned.plan.way ? { ...record, ports: portsOf(planned.plan) } : record];
  });
  for (const { pod, plan } of pods) {
    const uid = pod.metadata?.uid ?? "";
    const known = records.find((one) => one.uid === uid);
    if (!known || known.state === "Suspended") {
      const serves = runningContainer(pod, plan.container) !== undefined;
      // Of pods that lose their container one serves at any time: the next waits until the one before is ready.
      if (plan.way === "replace" && serves && records.some(isOnItsWay)) continue;
      const begun = known
        ? { ...known, state: "Switching" as const }
        : newRecord(context, interception, pod, plan);
      records = known ? records.map((one) => one === known ? begun : one) : [...records, begun];
    }
    // What is needed for giving back is saved before anything is touched.
    await writeRecords(context, bridge, records);
    const record = records.find((one) => one.uid === uid)!;
    const done = await intercept(context, interception, pod, record);
    records = records.map((one) => one.uid === uid ? done : one);
  }
  return records;
}

const isOnItsWay = ({ state }: InterceptedPod) => state === "Switching" || state === "Failed";

function newRecord(
  context: Context,
  { templateImage }: Interception,
  pod: V1Pod,
  plan: WayPlan,
): InterceptedPod {
  const { name = "", uid = "" } = pod.metadata ?? {};
  const record = {
    name,
    uid,
    way: plan.way,
    container: plan.container,
    ports: portsOf(plan),
    state: "Switching" as const,
  };
  if (plan.way === "beside") return record;
  const image = imageInSpec(pod, plan.container);
  const lost = image === context.carrierImage;
  return {
    ...record,
    originalImage: (lost ? templateImage(plan.container) : image) ?? "",
    originalContainer: lost ? "" : runningContainer(pod, plan.container) ?? "",
  };
}

const portsOf = ({ ports }: WayPlan): InterceptedPod["ports"] =>
  ports.map(({ remote, port, protocol, path }) => ({
    ...(remote === undefined ? {} : { remote }),
    port,
    protocol,
    path,
  }));

const lives = ({ world }: Context, { uid }: InterceptedPod) =>
  world.pods.all().some(({ metadata }) => metadata?.uid === uid && !metadata.deletionTimestamp);

const recordsOf = ({ world }: Context, { metadata }: GefyraBridge) =>
  world.bridges.get(metadata?.namespace ?? "", metadata?.name ?? "")?.status?.pods ?? [];

async function writeRecords(
  context: Context,
  { metadata }: GefyraBridge,
  pods: InterceptedPod[],
): Promise<void> {
  const ref = bridgeRef(metadata?.namespace ?? "", metadata?.name ?? "");
  const bridge = context.world.bridges.get(metadata?.namespace ?? "", metadata?.name ?? "");
  if (bridge) await writeStatus(context, context.world.bridges, ref, bridge, { ...bridge.status, pods });
}

async function intercept(
  context: Context,
  { bridge, stowaway, tunnelReady }: Interception,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<InterceptedPod> {
  const { reason: _, ...waiting } = { ...record, state: "Switching" as const };
  const placed = record.way === "beside"
    ? await placeBeside(context, bridge, pod)
    : await placeInstead(context, bridge, pod, record);
  if (placed === undefined) return waiting;
  if ("reason" in placed) return { ...waiting, state: "Failed", reason: placed.reason };
  await tunnelReady();
  const told = await configure(context, bridge, pod, { ...placed, record }, stowaway);
  if (told === "no-forwarding") return { ...waiting, forwards: false };
  if (!told) return waiting;
  // What stands in the pod's record afterwards is the container's real id.
  if (!placed.id && record.way === "replace") return waiting;
  // A replaced container gets traffic only when the kubelet calls it ready.
  const ready = record.way === "beside" || containerStatus(pod, record.container)?.ready === true;
  return {
    ...waiting,
    carrierContainer: placed.id ?? placed.container,
    state: ready ? "Active" : "Switching",
  };
}

async function placeBeside(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
): Promise<Placed | { reason: string } | undefined> {
  const placed = placementOf(pod, context.carrierImage);
  const { namespace = "", uid = "" } = pod.metadata ?? {};
  switch (placed.state) {
    case "running":
      joinedAt.delete(uid);
      return { container: placed.name, id: placed.id };
    case "failed":
      return { reason: placed.reason };
    case "absent":
      // A pod that no node has taken yet cannot be joined.
      if (!pod.spec?.nodeName) return undefined;
      await addCarrier(context.cluster, pod, placed.name, context.carrierImage);
      context.log(`pod ${namespace}/${pod.metadata?.name}: Carrier joins`);
      expectEarly(context, bridge, uid);
      return undefined;
    case "starting":
      return early(placed.name, uid);
  }
}

function expectEarly({ queue }: Context, { metadata }: GefyraBridge, uid: string): void {
  joinedAt.set(uid, Date.now());
  queue.addLater(keys.bridge(metadata?.namespace ?? "", metadata?.name ?? ""), EARLY_INTERVAL_MS);
}

function early(container: string, uid: string): Placed | undefined {
  if (Date.now() - (joinedAt.get(uid) ?? 0) > EARLY_MS) return undefined;
  return { container, id: undefined };
}

async function placeInstead(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  record: InterceptedPod,
): Promise<Placed | { reason: string } | undefined> {
  const { container } = record;
  if (imageInSpec(pod, container) !== context.carrierImage) {
    const wait = await switchImage(context, pod, container, context.carrierImage);
    if (wait > 0) {
      context.queue.addLater(
        keys.bridge(bridge.metadata?.namespace ?? "", bridge.metadata?.name ?? ""),
        wait,
      );
      return undefined;
    }
    // Without a readiness probe it is ready, and asked, as soon as it runs.
    expectEarly(context, bridge, record.uid);
    context.log(`pod ${pod.metadata?.namespace}/${record.name}: ${container} becomes Carrier`);
    return undefined;
  }
  const id = runningContainer(pod, container);
  if (id && id !== record.originalContainer) {
    joinedAt.delete(record.uid);
    return { container, id };
  }
  const { reason, message } = containerStatus(pod, container)?.state?.waiting ?? {};
  // A container whose policy is to pull always pulls Carrier's image too.
  if (reason && isHopeless(reason)) return { reason: message ? `${reason}: ${message}` : reason };
  return early(container, record.uid);
}

async function configure(
  context: Context,
  bridge: GefyraBridge,
  pod: V1Pod,
  { container, id, record }: Placed & { record: InterceptedPod },
  stowaway: string,
): Promise<boolean | "no-forwarding"> {
  const { namespace = "", name = "", uid = "" } = pod.metadata ?? {};
  const target = { namespace, pod: name, container };
  // Beside the original it starts once only; in its place it may have started again before its id is known.
  const identity = { uid, id: id ?? (record.way === "replace" ? "unknown" : undefined) };
  const files = carrierFiles(pod, sharesOf(context.world.bridges.all(), record), stowaway);
  try {
    const news = await tellCarrier(context.cluster, target, identity, files);
    if (news) context.log(`pod ${namespace}/${name}: Carrier is configured`);
    return true;
  } catch (error) {
    const refused = error instanceof GefyraError && error.id !== "exec-failed";
    if (!id && !refused) {
      context.queue.addLater(keys.bridge(namespace, bridge.metadata?.name ?? ""), EARLY_INTERVAL_MS);
      return false;
    }
    // The container may have ended in between; its successor is seen by the watch.
    context.log(`pod ${namespace}/${name}: ${messageOf(error)}`);
    context.queue.addLater(keys.bridge(namespace, bridge.metadata?.name ?? ""), 300);
    return error instanceof GefyraError && error.id === "no-forwarding" ? "no-forwarding" : false;
  }
}
