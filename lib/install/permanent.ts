/** `gefyra install`: an administrator's installation, which stays whoever comes and goes. Can be repeated. */
import type { V1Deployment, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../api/bridge.ts";
import type { InstallOptions } from "../config/install-options.ts";
import { GefyraError } from "../errors.ts";
import type { Cluster } from "../kube/cluster.ts";
import { requireNamespace } from "../kube/namespaces.ts";
import { missingOf, rightsMissing } from "../kube/rights.ts";
import { API_VERSION, INSTALL_TIMEOUT_MS, OPERATOR, STOWAWAY } from "../names.ts";
import type { Steps } from "../steps.ts";
import { observeAll } from "../uninstall/installed.ts";
import { planPermanent } from "../uninstall/ownership.ts";
import { waitFor } from "../wait.ts";
import { explainLasting } from "./diagnosis.ts";
import { checkHome, untilSettled, writeAll } from "./install.ts";
import { servedManifests } from "./served.ts";
import { serviceOptions, withNodePort } from "./service.ts";
import { essential, rightsToWrite } from "./write-rights.ts";

export interface InstallTools {
  cluster: Cluster;
  steps: Steps;
}

/** True if anything was changed. What the options do not name gets its default. */
export async function installPermanently(
  { cluster, steps }: InstallTools,
  options: InstallOptions,
): Promise<boolean> {
  const { namespace, namespaces } = options;
  const found = await steps.step("Checking the cluster", async (note) => {
    note(`Kubernetes ${await cluster.version()} (${cluster.context})`);
    await Promise.all((namespaces ?? []).map((one) => requireNamespace(cluster, one)));
    const found = await untilSettled(namespace, () => observeAll(cluster, namespace));
    const { writes } = planPermanent(await servedManifests(cluster, options), found, namespace);
    const missing = essential(await missingOf(cluster, rightsToWrite(writes, found)));
    if (missing.length) throw rightsMissing(missing, `install Gefyra in "${cluster.context}"`, USE_ANOTHER);
    if (namespaces) await refuseLostBridges(cluster, [namespace, ...namespaces]);
    await checkHome(cluster, namespace, writes, found);
    return found;
  });
  const changed = await steps.step("Installing Gefyra", async () => {
    const is = found.find(({ kind }) => kind === "Service") as V1Service | undefined;
    const service = serviceOptions(is, options.service ?? { type: "NodePort" });
    return await withNodePort(service, async (service) => {
      const wanted = await servedManifests(cluster, { ...options, service });
      const plan = planPermanent(wanted, found, namespace);
      const changed = await writeAll(cluster, plan.writes, found);
      // Last, so that the operator never has fewer rights than before and after.
      await Promise.all(plan.removes.map((ref) => cluster.remove(ref)));
      return changed || plan.removes.length > 0;
    }, (text) => steps.debug(text));
  });
  await steps.step("Starting the operator and Stowaway", () => untilRolledOut(cluster, namespace));
  return changed;
}

const USE_ANOTHER = "use a context with these rights: " +
  "`gefyra install --print-rbac administrator` prints all that an administrator needs";

/** The operator would not see them any more, and could not restore their pods. */
async function refuseLostBridges(cluster: Cluster, enabled: string[]): Promise<void> {
  const bridges = await cluster.list<GefyraBridge>({ apiVersion: API_VERSION, kind: BRIDGE_KIND });
  const lost = bridges.filter(({ metadata }) => !enabled.includes(metadata?.namespace ?? ""));
  if (lost.length === 0) return;
  const names = lost.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  throw new GefyraError(
    "bridges-left",
    `Cannot limit bridges to ${enabled.slice(1).join(", ")}: there are others: ${names.join(", ")}`,
    {
      exit: "conflict",
      hint: "remove them first (`gefyra unbridge` by their users, or `kubectl delete gefyrabridge`)",
    },
  );
}

async function untilRolledOut(cluster: Cluster, namespace: string): Promise<void> {
  const refs = [
    { ...gvk.Deployment, namespace, name: OPERATOR },
    { ...gvk.StatefulSet, namespace, name: STOWAWAY },
  ];
  await waitFor(async () => {
    const found = await Promise.all(refs.map((ref) => cluster.get<V1Deployment | V1StatefulSet>(ref)));
    return found.every((one) => one !== undefined && isRolledOut(one));
  }, {
    what: "the operator and Stowaway",
    timeout: INSTALL_TIMEOUT_MS,
    explain: explainLasting(cluster, namespace),
  });
}

/** As `kubectl rollout status` has it. Pure. */
export function isRolledOut({ metadata, spec, status }: V1Deployment | V1StatefulSet): boolean {
  const wanted = spec?.replicas ?? 1;
  return (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted && (status?.availableReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= wanted;
}
