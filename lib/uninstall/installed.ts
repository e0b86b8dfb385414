import type { Cluster } from "../kube/cluster.ts";
import { refOf } from "../api/objects.ts";
import { belongings } from "../config/manifests.ts";
import type { Found } from "./ownership.ts";

/** What is there of an installation, or has one of its names. */
export async function observe(cluster: Cluster, namespace: string): Promise<Found> {
  const found = await Promise.all(belongings(namespace).map((object) => cluster.get(refOf(object))));
  return found.flatMap((object) => object ?? []);
}
