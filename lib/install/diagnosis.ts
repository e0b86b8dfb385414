import type { V1Pod } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster.ts";
import { GefyraError } from "../errors.ts";

const hopeless = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "CrashLoopBackOff",
];

/** Why gefyra's own pods do not start, where waiting cannot mend it. */
export async function explainMissing(cluster: Cluster, namespace: string): Promise<GefyraError | undefined> {
  const pods = await cluster.list<V1Pod>({ apiVersion: "v1", kind: "Pod", namespace });
  for (const { metadata, status } of pods) {
    for (const { name, image, state } of status?.containerStatuses ?? []) {
      const { reason, message } = state?.waiting ?? {};
      if (!reason || !hopeless.includes(reason)) continue;
      return new GefyraError(
        "pod-failed",
        `Cannot start "${name}" in pod "${namespace}/${metadata?.name}": ${reason}${
          message ? `: ${message}` : ""
        }`,
        { hint: hintFor(reason, image, namespace) },
      );
    }
  }
  return undefined;
}

function hintFor(reason: string, image: string, namespace: string): string {
  if (reason === "CrashLoopBackOff") return `see \`kubectl logs --namespace ${namespace} --all-containers\``;
  return `make ${image} available to the cluster (\`gefyra lab load ${image}\` for the lab), or name others with --registry and --tag`;
}
