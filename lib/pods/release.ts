/** Several bridges may share a pod's Carrier: takes one bridge's share out of it when that bridge goes. */
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster, ExecTarget } from "../kube/cluster.ts";
import { gvk } from "../api/gvk.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../api/bridge.ts";
import { configureCarrier, type Configuring } from "./carrier.ts";
import { type CarrierFiles, carrierFiles } from "../config/carrier.ts";
import { sharesOf, silentPorts } from "../config/shares.ts";
import { addCarrier, hadCarrier, placementOf } from "./ephemeral.ts";

/** One of all Carriers. `id`: the container's, as the container runtime names it; absent until the kubelet reports it. */
export interface CarrierIdentity {
  uid: string;
  id: string | undefined;
}

export interface Release {
  /** All bridges, when it is this one's turn. Those that are being deleted have no share. */
  bridges: () => GefyraBridge[];
  /** Carrier's image; of any image where it is not known. */
  image: string | undefined;
  /** Address of Stowaway's pod. */
  stowaway: string;
  /** Gives a Carrier its configuration. The default always does; another may skip one that it has already. */
  configure?: (
    target: ExecTarget,
    carrier: CarrierIdentity,
    files: () => CarrierFiles,
    options: Configuring,
  ) => Promise<unknown>;
}

/** Takes one bridge's share out of the Carrier beside the original. True when nothing is left to do. */
export async function releaseShare(
  cluster: Cluster,
  namespace: string,
  record: InterceptedPod,
  { bridges, image, stowaway, configure }: Release,
): Promise<boolean> {
  const { name, uid, carrierContainer } = record;
  if (isUntouched(record)) return true;
  const pod = await cluster.get<V1Pod>({ ...gvk.Pod, namespace, name });
  if (!pod || pod.metadata?.uid !== uid || pod.metadata.deletionTimestamp) return true;
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return true;
  const placed = placementOf(pod, image);
  // It took a configuration before the kubelet reported that it runs, and a kubelet that hangs never reports it.
  const early = placed.state === "starting" && carrierContainer === placed.name;
  if (placed.state !== "running" && !early) {
    // A record alone is no reason to touch a pod.
    if (!carrierContainer || !hadCarrier(pod)) return true;
    // The rules of a Carrier that has ended stay in the pod's network: another Carrier has to remove them.
    if (placed.state === "absent" && image) await addCarrier(cluster, pod, placed.name, image);
    return false;
  }
  const files = () => {
    const all = bridges();
    const silent = silentPorts(all, namespace, record);
    return carrierFiles(pod, sharesOf(all, namespace, record), stowaway, silent);
  };
  const target = { namespace, pod: name, container: placed.name };
  const options = { shrinks: true };
  if (configure) {
    await configure(target, { uid, id: placed.state === "running" ? placed.id : undefined }, files, options);
  } else await configureCarrier(cluster, target, files(), options);
  return true;
}
