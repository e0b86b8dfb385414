/** The bridges of a connection that this user may see. */
import type { Access } from "../api/access.ts";
import { API_VERSION, GROUP } from "../names.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../api/bridge.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { isBridgeOf } from "../api/owner.ts";
import type { Connection } from "../connection/connection.ts";
import { findInstallation } from "../install/existing.ts";
import type { Cluster } from "../kube/cluster.ts";
import { isForbidden, needsText, rightsMissing, unlessForbidden } from "../kube/rights.ts";

export interface Visible {
  bridges: GefyraBridge[];
  /** What could not be seen, and which right is missing; absent if nothing is hidden. */
  hidden?: string;
}

export interface Where {
  /** This namespace only. */
  namespace?: string | undefined;
  /** All namespaces, or an error. */
  all?: boolean | undefined;
}

/**
 * Those that lead to the connection's client, and may: in all namespaces, if the user may list them. Otherwise in those
 * that may have bridges of this connection: where its client's status names some, where bridges are enabled, and the
 * context's own.
 */
export async function visibleBridges(
  cluster: Cluster,
  connection: Connection,
  { namespace, all }: Where = {},
): Promise<Visible> {
  const ref = clientRef(connection.namespace, connection.client);
  // Asked beside the first list: the cluster may be far.
  const asked = unlessForbidden(cluster.get<GefyraClient>(ref), undefined);
  const listIn = async (namespace?: string) => {
    const [all, client] = await Promise.all([
      cluster.list<GefyraBridge>({ apiVersion: API_VERSION, kind: BRIDGE_KIND, namespace }),
      asked,
    ]);
    // Anybody may create one that names the client.
    return all.filter((bridge) =>
      client ? isBridgeOf(bridge, client) : bridge.spec.client === connection.client
    );
  };
  if (namespace !== undefined) return { bridges: await listIn(namespace) };
  try {
    return { bridges: await listIn() };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    if (all) throw rightsMissing([toList()], "list the bridges of all namespaces", HINT);
  }
  const installation = await findInstallation(cluster, connection.namespace);
  const likely = [
    ...(await asked)?.status?.namespaces ?? [],
    ...installation?.namespaces ?? [],
    cluster.namespace,
  ];
  const namespaces = [...new Set(likely)].sort();
  const lists = await Promise.all(namespaces.map(async (one) => {
    const bridges = await unlessForbidden(listIn(one), undefined);
    return { namespace: one, bridges };
  }));
  const seen = lists.filter(({ bridges }) => bridges).map(({ namespace }) => namespace);
  const denied = lists.filter(({ bridges }) => !bridges).map(({ namespace }) => toList(namespace));
  return { bridges: lists.flatMap(({ bridges }) => bridges ?? []), hidden: hiddenText(seen, denied) };
}

const HINT = "list one namespace with -n, or ask an administrator for this right";

const toList = (namespace?: string): Access => ({
  ...{ verb: "list", group: GROUP, resource: "gefyrabridges" },
  ...(namespace ? { namespace } : {}),
});

/** Pure. */
export function hiddenText(seen: string[], denied: Access[]): string {
  const where = seen.length ? `only those in ${seen.join(", ")} are listed` : "none are listed";
  return `bridges may be hidden: ${where}; ${needsText(denied.length ? denied : [toList()])}`;
}
