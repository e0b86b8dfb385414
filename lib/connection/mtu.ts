import type { Cluster } from "../kube/cluster.ts";
import { TUNNEL_MTU } from "../names.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { waitFor } from "../wait.ts";

const TOLD_WITHIN_MS = 20_000;

/** Tells Stowaway the path's MTU. Waits if it changed: larger inbound packets would be lost. */
export async function tellMtu(cluster: Cluster, client: GefyraClient, mtu: number): Promise<void> {
  const before = client.spec.mtu;
  if (before === mtu) return;
  const ref = clientRef(client.metadata?.namespace ?? "", client.metadata?.name ?? "");
  const told = await cluster.patch<GefyraClient>(ref, { spec: { mtu } });
  if (mtu === (before ?? TUNNEL_MTU)) return;
  const wanted = told?.metadata?.generation ?? 0;
  // The operator writes the generation when Stowaway has it.
  await waitFor(
    async () => ((await cluster.get<GefyraClient>(ref))?.status?.observedGeneration ?? 0) >= wanted,
    {
      what: "Stowaway to use the path's MTU",
      timeout: TOLD_WITHIN_MS,
    },
  );
}
