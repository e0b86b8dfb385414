import type { Cluster } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import { explainLasting, explainRemoval } from "../install/diagnosis.ts";
import { INSTALL_TIMEOUT_MS } from "../names.ts";
import { clientRef, type ClientSpec, type GefyraClient } from "../api/client.ts";
import { condition, READY } from "../api/conditions.ts";
import { clientReasons } from "../api/reasons.ts";
import { waitFor } from "../wait.ts";
import type { Connection } from "./connection.ts";
import { foreignClient } from "./foreign-client.ts";
import type { Admits } from "./options.ts";

export interface Registration {
  publicKey: string;
  /** Seconds. */
  disconnectTimeout: number;
  admits: Admits | undefined;
}

/** Creates the client object and waits until it has its subnet of the tunnel. */
export async function register(
  cluster: Cluster,
  connection: Connection,
  { publicKey, disconnectTimeout, admits }: Registration,
): Promise<GefyraClient> {
  const ref = clientRef(connection.namespace, connection.client);
  const { apiVersion, kind, name, namespace } = ref;
  const [user, before] = await Promise.all([cluster.user(), cluster.get<GefyraClient>(ref)]);
  if (before && before.spec.owner?.user !== user.name) throw foreignClient(before, user);
  const admitted = admits ? listsOf(admits) : admittedBy(before);
  const spec = { owner: { user: user.name }, publicKey, disconnectTimeout, ...admitted };
  const wanted = { apiVersion, kind, metadata: { name, namespace }, spec };
  await waitFor(() => cluster.apply(wanted as GefyraClient).then(() => true, retryUnknownKind), {
    what: "the API server to serve Gefyra's custom resources",
    timeout: 20_000,
    explain: () => explainRemoval(cluster, connection.namespace),
  });
  let client: GefyraClient | undefined;
  const ready = async () => {
    client = await cluster.get<GefyraClient>(ref);
    if (client?.spec.publicKey !== publicKey) return false;
    const is = condition(client.status?.conditions, READY);
    if (is?.reason === clientReasons.limitReached) throw refused(name, is.message);
    return is?.status === "True";
  };
  const lasting = explainLasting(cluster, connection.namespace);
  await waitFor(ready, {
    what: "the operator and Stowaway",
    timeout: INSTALL_TIMEOUT_MS,
    explain: async () => await explainRemoval(cluster, connection.namespace) ?? await lasting(),
  });
  return client!;
}

/** Without flags, whoever is let in stays so. */
function admittedBy(client: GefyraClient | undefined): Partial<ClientSpec> {
  const { allowedUsers, allowedGroups } = client?.spec ?? {};
  return { ...(allowedUsers ? { allowedUsers } : {}), ...(allowedGroups ? { allowedGroups } : {}) };
}

const listsOf = ({ users, groups }: Admits): Partial<ClientSpec> => ({
  allowedUsers: users,
  allowedGroups: groups,
});

const refused = (name: string, why: string) =>
  new GefyraError("client-refused", `Cannot connect client "${name}": ${why}`, {
    exit: "refused",
    hint:
      "`kubectl get gefyraclients --all-namespaces` lists all clients; `gefyra down` removes this machine's",
  });

/** A new custom resource definition takes a moment until the API server serves it. */
function retryUnknownKind(error: unknown): boolean {
  if (error instanceof GefyraError && error.id === "not-found") return false;
  throw error;
}
