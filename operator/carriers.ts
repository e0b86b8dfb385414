/** Tells Carriers their configuration, and each only what it does not know. */
import { configureCarrier, type Configuring } from "../lib/bridge/carrier.ts";
import type { CarrierFiles } from "../lib/bridge/compose.ts";
import type { Cluster, ExecTarget } from "../lib/cluster/cluster.ts";

/** Id of the container → what it was told last. */
const told = new Map<string, string>();

/** False when it knew already. */
export async function tellCarrier(
  cluster: Cluster,
  target: ExecTarget,
  id: string,
  files: CarrierFiles,
  options: Configuring = {},
): Promise<boolean> {
  const mark = JSON.stringify(files);
  if (told.get(id) === mark) return false;
  // Until it has answered, nobody knows what it has.
  told.delete(id);
  await configureCarrier(cluster, target, files, options);
  told.set(id, mark);
  return true;
}
