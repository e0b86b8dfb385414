/**
 * Doctor's own client: Stowaway answers its key beside this machine's, and all objects that doctor creates in the
 * cluster belong to it. If doctor is killed, the operator removes the client for its silence, and Kubernetes removes
 * what belongs to it.
 */
import type { Cluster } from "../kube/cluster.ts";
import { API_VERSION, DOCTOR } from "../names.ts";
import { DOCTOR_LIFETIME_S } from "../settings.ts";
import { CLIENT_KIND, clientRef, type GefyraClient } from "../api/client.ts";
import { condition, READY } from "../api/conditions.ts";
import { generateKeyPair } from "../config/keys.ts";
import { waitFor } from "../wait.ts";

export interface ProbeClient {
  name: string;
  uid: string;
  /** Its owner, who runs doctor. */
  user: string;
  privateKey: string;
}

export async function registerProbe(cluster: Cluster, namespace: string): Promise<ProbeClient> {
  const [{ privateKey, publicKey }, user] = await Promise.all([generateKeyPair(), cluster.user()]);
  const name = `${DOCTOR}-${crypto.randomUUID().slice(0, 8)}`;
  const made = await cluster.create<GefyraClient>({
    apiVersion: API_VERSION,
    kind: CLIENT_KIND,
    metadata: { name, namespace },
    spec: { owner: { user: user.name }, publicKey, disconnectTimeout: DOCTOR_LIFETIME_S },
  });
  return { name, user: user.name, uid: made.metadata?.uid ?? "", privateKey };
}

/** Waits until Stowaway has it as a peer. */
export async function expectProbe(cluster: Cluster, namespace: string, { name }: ProbeClient): Promise<void> {
  const ref = clientRef(namespace, name);
  const ready = async () =>
    condition((await cluster.get<GefyraClient>(ref))?.status?.conditions, READY)?.status === "True";
  await waitFor(ready, { what: "Stowaway to accept doctor's client", timeout: 5_000, interval: 100 });
}

export async function removeProbe(cluster: Cluster, namespace: string, { name }: ProbeClient): Promise<void> {
  await cluster.remove(clientRef(namespace, name));
}

/** For the metadata of objects that belong to it. */
export const belongingTo = ({ name, uid }: ProbeClient) => ({
  ownerReferences: [{ apiVersion: API_VERSION, kind: CLIENT_KIND, name, uid }],
});
