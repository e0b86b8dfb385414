/** Admission policies came with Kubernetes 1.30, and a cluster may switch their API off. */
import type { Problem } from "../app/problems.ts";
import { gvk } from "../api/gvk.ts";
import type { Manifest } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { InstallOptions } from "../config/install-options.ts";
import { manifests } from "../config/manifests.ts";

const policies = [gvk.ValidatingAdmissionPolicy, gvk.ValidatingAdmissionPolicyBinding];

export const servesPolicies = (cluster: Cluster): Promise<boolean> =>
  cluster.serves(gvk.ValidatingAdmissionPolicy);

/** Gefyra's objects of the kinds that the API server knows. */
export async function servedManifests(cluster: Cluster, options: InstallOptions): Promise<Manifest[]> {
  const all = manifests(options);
  if (await servesPolicies(cluster)) return all;
  return all.filter(({ kind }) => !policies.some((policy) => policy.kind === kind));
}

/** Pure. */
export function policyProblems(served: boolean): Problem[] {
  if (served) return [];
  return [{
    message:
      "the API server has no ValidatingAdmissionPolicy, so nobody checks who writes the owner and the status of " +
      "Gefyra's resources",
    remedy:
      "use Kubernetes 1.30 or later with admissionregistration.k8s.io/v1 enabled, or grant the right to create " +
      "GefyraBridges to people who trust each other",
  }];
}
