/** Reads what a service wants of the cluster, before anything is changed. */
import { portsToBridge } from "../app/like/ports.ts";
import { type ReadLike, readLike } from "../app/like/read.ts";
import { absentVolumes, takenPaths } from "../app/like/volumes.ts";
import { findOrigin } from "../app/origin.ts";
import type { RunTools } from "../app/run.ts";
import { targetText } from "../workload/target.ts";
import type { ServiceBridge, ServiceSettings } from "./settings.ts";

export interface ReadService {
  like?: ReadLike | undefined;
  /** With its ports. */
  bridge?: ServiceBridge | undefined;
  /** Paths at which the container has something else than the cluster's volume. */
  taken: string[];
  notes: string[];
}

/** `mounted`: the paths at which the service itself mounts something. */
export async function readService(
  tools: RunTools,
  settings: ServiceSettings,
  mounted: string[],
): Promise<ReadService> {
  const { namespace, like: target, bridge, files } = settings;
  const like = target && await readLike(tools, namespace, target);
  const mounts = like?.mounts ?? [];
  const taken = [...mounted, ...takenPaths({}, files?.files?.wanted ?? [], mounts)];
  return {
    like,
    bridge: bridge && { ...bridge, ports: await portsOf(tools, settings, { bridge, like }) },
    taken,
    notes: [...like?.notes ?? [], ...absentVolumes(mounts, taken)],
  };
}

async function portsOf(
  { cluster }: RunTools,
  { namespace, like: target }: ServiceSettings,
  { bridge, like }: { bridge: ServiceBridge; like: ReadLike | undefined },
) {
  if (bridge.ports.length) return bridge.ports;
  const known = like && target && targetText(target) === targetText(bridge.target) ? like.origin : undefined;
  const { container } = known ?? await findOrigin(cluster, namespace, bridge.target);
  return portsToBridge(container, bridge.target);
}
