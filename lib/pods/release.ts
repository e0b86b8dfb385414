/** Several bridges may share a pod's Carrier: takes out what one of them wanted, when it goes. */
import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster, ExecTarget } from "../kube/cluster.ts";
import { type GefyraBridge, type InterceptedPod, isUntouched } from "../api/bridge.ts";
import { configureCarrier, type Configuring } from "./carrier.ts";
import { type CarrierFiles, carrierFiles } from "../config/carrier.ts";
import { sharesOf } from "../config/shares.ts";
import { addCarrier, placementOf } from "./ephemeral.ts";

/** Which of all Carriers one is; `id` as the runtime names the container, absent before anybody has said it. */
export interface CarrierIdentity {
  uid: string;
  id: string | undefined;
}

export interface Release {
  /** All bridges, of which those that are being deleted do not count. */
  bridges: GefyraBridge[];
  /** Carrier's image; of any image where it is not known. */
  image: string | undefined;
  /** Address of Stowaway's pod. */
  stowaway: string;
  /** Hands a Carrier its configuration. */
  tell?: (
    cluster: Cluster,
    target: ExecTarget,
    carrier: CarrierIdentity,
    files: CarrierFiles,
    options: Configuring,
  ) => Promise<unknown>;
}

/** Takes one bridge's share out of a pod's Carrier beside the original. True when nothing is left to do. */
export async function releasePod(
  cluster: Cluster,
  namespace: string,
  record: InterceptedPod,
  { bridges, image, stowaway, tell = tellAlways }: Release,
): Promise<boolean> {
  const { name, uid, carrierContainer } = record;
  if (isUntouched(record)) return true;
  const pod = await cluster.get<V1Pod>({ apiVersion: "v1", kind: "Pod", namespace, name });
  if (!pod || pod.metadata?.uid !== uid || pod.metadata.deletionTimestamp) return true;
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return true;
  const placed = placementOf(pod, image);
  if (placed.state !== "running") {
    if (!carrierContainer) return true;
    // The rules of a Carrier that has ended stay in the pod's network: another has to take them out.
    if (placed.state === "absent" && image) await addCarrier(cluster, pod, placed.name, image);
    return false;
  }
  const files = carrierFiles(pod, sharesOf(bridges, record), stowaway);
  const target = { namespace, pod: name, container: placed.name };
  await tell(cluster, target, { uid, id: placed.id }, files, { shrinks: true });
  return true;
}

const tellAlways: NonNullable<Release["tell"]> = (cluster, target, _carrier, files, options) =>
  configureCarrier(cluster, target, files, options);
