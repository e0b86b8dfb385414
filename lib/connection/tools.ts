import type { Engine } from "../docker/engine.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Steps } from "../steps.ts";

/** The tools of commands that create a connection. */
export interface Tools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}
