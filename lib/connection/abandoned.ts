/**
 * Installations in the kubeconfig's cluster when this machine has no connection: a failed or killed command may leave
 * one.
 */
import pTimeout from "p-timeout";
import { gvk } from "../api/gvk.ts";
import type { KubernetesObject } from "../api/objects.ts";
import type { Cluster } from "../kube/cluster.ts";
import { messageOf } from "../errors.ts";
import { observe } from "../uninstall/installed.ts";
import { type Found, isPermanent, isTemporary, OURS } from "../uninstall/ownership.ts";
import { namespaceOfRole } from "../config/roles.ts";
import { uninstall } from "../uninstall/uninstall.ts";
import { INSTALL_TIMEOUT_MS, LIST_INSTALLATIONS_TIMEOUT_MS } from "../names.ts";
import type { Steps } from "../steps.ts";
import { otherClients } from "./take-down.ts";

export interface AbandonedTools {
  steps: Steps;
  currentCluster: () => Promise<Cluster>;
}

/** Removes unused installations, and returns one sentence for each installation found. */
export async function abandoned({ steps, currentCluster }: AbandonedTools): Promise<string[]> {
  const seen = await listInstallations(currentCluster).catch((error) => {
    // A missing or unreadable cluster is not an error here.
    steps.debug(`not looking for an installation: ${messageOf(error)}`);
    return undefined;
  });
  if (!seen) return [];
  const [cluster, namespaces] = seen;
  const remarks: string[] = [];
  for (const namespace of namespaces) {
    const [found, clients] = await Promise.all([
      observe(cluster, namespace),
      otherClients(cluster, namespace),
    ]);
    const state = judge(found, clients, Date.now());
    const where = `in namespace "${namespace}" of context "${cluster.context}"`;
    if (state === "unused") {
      await steps.step(
        `Removing an installation without a connection ${where}`,
        () => uninstall(cluster, namespace),
      );
      remarks.push(`The installation ${where} had no connection and was removed.`);
    } else if (state !== "none") remarks.push(`There is an installation ${where}: ${words[state](clients)}.`);
  }
  return remarks;
}

type Verdict = "none" | "permanent" | "used" | "new" | "unused";

const words: Record<Exclude<Verdict, "none" | "unused">, (clients: number) => string> = {
  permanent: () => "an administrator made it, so it stays",
  used: (clients) =>
    `${
      clients === 1 ? "a connection uses" : `${clients} connections use`
    } it, of other machines or lost by this one; ` +
    "each is removed after a long silence, and the installation with the last one",
  new: () => "somebody may be connecting now; otherwise run `gefyra down` again in two minutes to remove it",
};

/** Classifies an installation with this number of clients. Pure. */
export function judge(found: Found, clients: number, now: number): Verdict {
  const made = found.filter(isTemporary);
  if (isPermanent(found)) return "permanent";
  if (made.length === 0) return "none";
  if (clients > 0) return "used";
  const times = made.map(({ metadata }) => new Date(metadata?.creationTimestamp ?? 0).getTime());
  return now - Math.max(...times) < INSTALL_TIMEOUT_MS ? "new" : "unused";
}

/** The namespaces of all installations, complete or not. */
async function listInstallations(currentCluster: () => Promise<Cluster>): Promise<[Cluster, string[]]> {
  const look = async (): Promise<[Cluster, string[]]> => {
    const cluster = await currentCluster();
    const labels = OURS;
    const [roles, homes] = await Promise.all([
      cluster.list({ ...gvk.ClusterRole, labels }),
      cluster.list({ ...gvk.Namespace, labels }),
    ]);
    const nameOf = ({ metadata }: KubernetesObject) => metadata?.name ?? "";
    const names = [...roles.flatMap((role) => namespaceOfRole(nameOf(role)) ?? []), ...homes.map(nameOf)];
    return [cluster, [...new Set(names)].sort()];
  };
  return await pTimeout(look(), {
    milliseconds: LIST_INSTALLATIONS_TIMEOUT_MS,
    message: "the cluster does not answer in time",
  });
}
