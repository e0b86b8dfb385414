import type { Cluster } from "../kube/cluster.ts";
import { refOf } from "../api/objects.ts";
import { belongings } from "../config/manifests.ts";
import type { Found } from "./ownership.ts";

/** The existing objects of an installation, or with its names. */
export async function observe(cluster: Cluster, namespace: string): Promise<Found> {
  const found = await Promise.all(belongings(namespace).map((object) => cluster.get(refOf(object))));
  return found.flatMap((object) => object ?? []);
}
