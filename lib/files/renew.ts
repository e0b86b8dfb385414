/** Follows the pod that has taken the place of one that is gone. */
import type { V1Pod } from "@kubernetes/client-node";
import { gvk } from "../api/gvk.ts";
import type { Engine } from "../docker/engine.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Renewable } from "./description.ts";
import { failed, helperOf, statusOf } from "./helper.ts";
import { giveAccount } from "./identity.ts";
import { meet } from "./meet.ts";
import { findPod, nameOf, serveFiles } from "./pod.ts";

/** Renews the token, too. Returns the new pod's name if there is one. */
export async function renewFiles(
  { engine, cluster }: { engine: Engine; cluster: Cluster },
  { app, description: { files, account } }: Renewable,
): Promise<string | undefined> {
  const container = await engine.inspect(helperOf(app));
  if (!container) throw failed(app, `container "${helperOf(app)}" is gone`);
  if (!container.State.Running) await engine.start(container.Id);
  if (account) await giveAccount({ engine, cluster }, app, account);
  if (!files?.wanted.length) return undefined;
  const status = await statusOf(engine, app);
  const [namespace, name] = status.pod?.split("/") ?? [];
  // A node that is gone says nothing, so its pod seems to answer for a while.
  const present = namespace && name ? await cluster.get<V1Pod>({ ...gvk.Pod, namespace, name }) : undefined;
  if (status.connected && present && !present.metadata?.deletionTimestamp) return undefined;
  const from = await findPod(cluster, files, name);
  await meet({ engine, cluster }, app, from, await serveFiles(cluster, from));
  return nameOf(from.pod);
}
