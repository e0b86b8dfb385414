/** `gefyra lab down`: removes everything that carries the lab's label, and its context. */
import type { Engine } from "../docker/engine.ts";
import { KUBECONFIG_LABEL, LAB_LABEL } from "../names.ts";
import type { Steps } from "../steps.ts";
import { editKubeconfig } from "./kubeconfig-file.ts";
import { withoutContext } from "./kubeconfig.ts";
import { nodesOf } from "./lab.ts";
import { contextOf } from "./nodes.ts";

export interface DownOptions {
  lab: string;
  /** Used if the lab's label does not say it, e.g. because its nodes are gone. */
  kubeconfig: string;
}

/** Returns whether anything was removed. */
export async function labDown(
  engine: Engine,
  steps: Steps,
  { lab, kubeconfig }: DownOptions,
): Promise<boolean> {
  const nodes = await nodesOf(engine, lab);
  const networks = await engine.networks({ [LAB_LABEL]: lab });
  const recorded = nodes.map(({ labels }) => labels[KUBECONFIG_LABEL]).find((path) => path !== undefined);
  if (nodes.length > 0) {
    await steps.step("Removing the nodes", async (note) => {
      note(nodes.map(({ name }) => name).join(", "));
      await Promise.all(nodes.map(({ id }) => engine.remove(id)));
    });
  }
  for (const { id, name } of networks) {
    await steps.step("Removing the network", async (note) => {
      note(name);
      // Gefyra's Cargo joins the network of a cluster whose nodes are containers.
      const others = (await engine.network(id))?.containers ?? [];
      await Promise.all(others.map((container) => engine.disconnect(id, container.id)));
      await engine.removeNetwork(id);
    });
  }
  const context = contextOf(lab);
  for (const path of new Set([recorded ?? kubeconfig, kubeconfig])) {
    await editKubeconfig(path, (text) => withoutContext(text, context));
  }
  return nodes.length + networks.length > 0;
}
