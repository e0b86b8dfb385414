/** The container in the cluster that a local one stands for. */
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import { checkObjectName } from "../api/object-names.ts";
import { GefyraError } from "../errors.ts";
import type { Cluster } from "../kube/cluster.ts";
import { requireNamespace } from "../kube/namespaces.ts";
import { originalImage, runningContainer } from "../pods/pod-image.ts";
import { podsOf, resolveTarget } from "../pods/resolve.ts";
import { planContainer } from "../workload/container.ts";
import { type Target, targetText } from "../workload/target.ts";

export interface Origin {
  /** One in which the container runs; else made from the workload's template, without a name. */
  pod: V1Pod;
  container: V1Container;
  /** Its original image, also while Carrier replaces it. */
  image: string;
  /** Whether the container itself runs, and not Carrier in its place. */
  running: boolean;
}

const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

export async function findOrigin(cluster: Cluster, namespace: string, target: Target): Promise<Origin> {
  checkObjectName("namespace", namespace);
  checkObjectName(target.kind.toLowerCase(), target.name);
  const [resolved, pods] = await Promise.all([
    resolveTarget(cluster, namespace, target),
    cluster.list<V1Pod>({ ...gvk.Pod, namespace }),
    requireNamespace(cluster, namespace),
  ]);
  const absent = (state: string) =>
    new GefyraError("target-missing", `Cannot use "${targetText(target)}": ${state}`, {
      exit: "notFound",
      hint: `look for it: \`kubectl get ${target.kind.toLowerCase()} -n ${namespace}\``,
    });
  if (!resolved.found) throw absent(`namespace "${namespace}" has none`);
  const own = podsOf(resolved, namespace, pods);
  const spec = own[0]?.spec ?? resolved.podSpec;
  if (!spec) throw absent("it has no pods");
  const { annotations } = own[0]?.metadata ?? resolved.podMetadata ?? {};
  const chosen = planContainer(spec, target.container ?? annotations?.[DEFAULT_CONTAINER]);
  if ("reasons" in chosen) {
    throw new GefyraError(
      "container-unclear",
      `Cannot use "${targetText(target)}": ${chosen.reasons.join("; ")}`,
      {
        exit: "usage",
        hint: `name one: ${targetText({ ...target, container: undefined })}/CONTAINER`,
      },
    );
  }
  const { name } = chosen.container;
  const runs = (pod: V1Pod) => isRunning(pod, name) && !originalImage(pod, name);
  const pod = own.find(runs) ?? own.find((one) => isRunning(one, name)) ?? own[0];
  const template = { metadata: { namespace, ...namelessMetadata(resolved.podMetadata) }, spec };
  const found = pod ?? template;
  const container = containersOf(found).find((one) => one.name === name) ?? chosen.container;
  const image = originalImage(found, name) ?? container.image ?? "";
  return { pod: found, container, image, running: pod !== undefined && runs(pod) };
}

/** A template's metadata has labels and annotations only. */
const namelessMetadata = (metadata: V1Pod["metadata"]) => ({
  ...(metadata?.labels ? { labels: metadata.labels } : {}),
  ...(metadata?.annotations ? { annotations: metadata.annotations } : {}),
});

const containersOf = ({ spec }: V1Pod) => [...spec?.containers ?? [], ...spec?.initContainers ?? []];

/** A sidecar's status is among those of the init containers. */
function isRunning(pod: V1Pod, name: string): boolean {
  return runningContainer(pod, name) !== undefined ||
    pod.status?.initContainerStatuses?.some((one) => one.name === name && one.state?.running) === true;
}
