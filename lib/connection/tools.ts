import type { Engine } from "../docker/engine.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Steps } from "../steps.ts";

/** What a command that makes a connection works with. */
export interface Tools {
  engine: Engine;
  cluster: Cluster;
  steps: Steps;
}
