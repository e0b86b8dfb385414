/** Tells Carriers their configuration, and each only what it does not know. */
import { configureCarrier, type Configuring } from "../../lib/pods/carrier.ts";
import type { CarrierFiles } from "../../lib/config/carrier.ts";
import type { CarrierIdentity } from "../../lib/pods/release.ts";
import type { Cluster, ExecTarget } from "../../lib/kube/cluster.ts";

/** Uid of a pod and name of the container → what it was told last. */
const told = new Map<string, { id: string | undefined; mark: string }>();

/** False when it knew already. One that was told before anybody had said its id is the first that one is said of. */
export async function tellCarrier(
  cluster: Cluster,
  target: ExecTarget,
  { uid, id }: CarrierIdentity,
  files: CarrierFiles,
  options: Configuring = {},
): Promise<boolean> {
  const key = `${uid}/${target.container}`, mark = JSON.stringify(files);
  const known = told.get(key);
  const same = known?.id === undefined || id === undefined || known.id === id;
  if (known?.mark === mark && same) {
    told.set(key, { id: id ?? known.id, mark });
    return false;
  }
  // Until it has answered, nobody knows what it has.
  told.delete(key);
  await configureCarrier(cluster, target, files, options);
  told.set(key, { id, mark });
  return true;
}
