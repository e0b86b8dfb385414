/** Reads a container in the cluster, for `gefyra run --like`. */
import type { Engine } from "../../docker/engine.ts";
import type { Cluster } from "../../kube/cluster.ts";
import type { Target } from "../../workload/target.ts";
import type { Variables } from "../env/environ.ts";
import { readEnvironment } from "../env/read.ts";
import { findOrigin, type Origin } from "../origin.ts";
import { type Like, likeContainer } from "./like.ts";

export const LIKE = { action: "run a container like", option: "--like" };

export interface ReadLike extends Like {
  origin: Origin;
  variables: Variables;
}

export async function readLike(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  namespace: string,
  target: Target,
): Promise<ReadLike> {
  const origin = await findOrigin(cluster, namespace, target);
  const [{ variables, notes }, cpus] = await Promise.all([readEnvironment(cluster, origin), engine.cpus()]);
  const like = likeContainer(origin, { variables, cpus });
  return { ...like, origin, variables, notes: [...notes, ...like.notes] };
}
