/** Another lab beside the suite's, for as long as a test takes. */
import { connectEngine } from "../../../lib/docker/dockerode.ts";
import { labDown } from "../../../lib/lab/down.ts";
import { load } from "../../../lib/lab/load.ts";
import { controlPlaneOf } from "../../../lib/lab/nodes.ts";
import { labUp } from "../../../lib/lab/up.ts";
import { silentSteps } from "../../../lib/steps.ts";
import { docker } from "../../docker.ts";
import { LAB } from "./home.ts";
import type { Manifest } from "./kubectl.ts";

export interface SecondLab extends AsyncDisposable {
  context: string;
  /** Its output; fails when the command does. */
  kubectl(...args: string[]): Promise<string>;
  apply(namespace: string, manifests: Manifest[]): Promise<void>;
}

/** Its context is added to the kubeconfig, and becomes the current one. */
export async function secondLab(kubeconfig: string, images: string[]): Promise<SecondLab> {
  const engine = connectEngine();
  const lab = `${LAB}-2`;
  const { context } = await labUp(engine, silentSteps, { lab, workers: 0, kubeconfig });
  await load(engine, lab, images);
  const command = ["exec", "--interactive", controlPlaneOf(lab).name, "kubectl"];
  return {
    context,
    kubectl: (...args) => docker([...command, ...args]),
    apply: async (namespace, manifests) => {
      const list = { apiVersion: "v1", kind: "List", items: manifests };
      const args = ["apply", "--namespace", namespace, "--filename", "-"];
      await docker([...command, ...args], new TextEncoder().encode(JSON.stringify(list)));
    },
    [Symbol.asyncDispose]: async () => void await labDown(engine, silentSteps, { lab, kubeconfig }),
  };
}
