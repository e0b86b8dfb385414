import type { Cluster } from "../kube/cluster.ts";
import { GefyraError } from "../errors.ts";
import { explainLasting, explainRemoval } from "../install/diagnosis.ts";
import { INSTALL_TIMEOUT_MS } from "../names.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { condition, READY } from "../api/conditions.ts";
import { waitFor } from "../wait.ts";
import type { Connection } from "./connection.ts";

/** Creates the client object and waits until it has its subnet of the tunnel. */
export async function register(
  cluster: Cluster,
  connection: Connection,
  publicKey: string,
  disconnectTimeout: number,
): Promise<GefyraClient> {
  const ref = clientRef(connection.namespace, connection.client);
  const { apiVersion, kind, name, namespace } = ref;
  const wanted = { apiVersion, kind, metadata: { name, namespace }, spec: { publicKey, disconnectTimeout } };
  await waitFor(() => cluster.apply(wanted as GefyraClient).then(() => true, retryUnknownKind), {
    what: "the API server to serve Gefyra's custom resources",
    timeout: 20_000,
    explain: () => explainRemoval(cluster, connection.namespace),
  });
  const ready = (client: GefyraClient | undefined) =>
    client?.spec.publicKey === publicKey && condition(client.status?.conditions, READY)?.status === "True";
  let client: GefyraClient | undefined;
  const lasting = explainLasting(cluster, connection.namespace);
  await waitFor(async () => ready(client = await cluster.get<GefyraClient>(ref)), {
    what: "the operator and Stowaway",
    timeout: INSTALL_TIMEOUT_MS,
    explain: async () => await explainRemoval(cluster, connection.namespace) ?? await lasting(),
  });
  return client!;
}

/** A new custom resource definition takes a moment until the API server serves it. */
function retryUnknownKind(error: unknown): boolean {
  if (error instanceof GefyraError && error.id === "not-found") return false;
  throw error;
}
