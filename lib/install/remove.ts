/** `gefyra uninstall`: removes an installation and everything that belongs to it, an administrator's too. */
import { BRIDGE_KIND, type GefyraBridge } from "../api/bridge.ts";
import { CLIENT_KIND, type GefyraClient } from "../api/client.ts";
import { removeBridges } from "../bridge/remove.ts";
import { GefyraError } from "../errors.ts";
import { API_VERSION } from "../names.ts";
import { observeAll } from "../uninstall/installed.ts";
import { isOurs } from "../uninstall/ownership.ts";
import { uninstall } from "../uninstall/uninstall.ts";
import { operatorRuns } from "./operator-state.ts";
import type { InstallTools } from "./permanent.ts";
import { removeClient } from "./remove-client.ts";

export interface Removed {
  /** False if there was nothing to remove. */
  changed: boolean;
  /** What stays, and why. */
  stays?: string | undefined;
}

/** `force`: also while clients use it, after their bridges are restored. */
export async function removeInstallation(
  { cluster, steps }: InstallTools,
  { namespace, force }: { namespace: string; force: boolean },
): Promise<Removed> {
  const { clients, bridges } = await steps.step("Checking the cluster", async (note) => {
    note(`Kubernetes ${await cluster.version()} (${cluster.context})`);
    const ofClients = { apiVersion: API_VERSION, kind: CLIENT_KIND, namespace };
    const clients = await cluster.list<GefyraClient>(ofClients);
    const names = clients.map(({ metadata }) => metadata?.name);
    const all = await cluster.list<GefyraBridge>({ apiVersion: API_VERSION, kind: BRIDGE_KIND });
    const bridges = all.filter(({ spec }) => names.includes(spec.client));
    if (!force) refuseUsed(namespace, clients, bridges);
    return { clients, bridges };
  });
  if (!(await observeAll(cluster, namespace)).some(isOurs)) return { changed: false };
  const operated = await operatorRuns(cluster, namespace);
  await steps.step("Restoring bridged containers", async (note) => {
    const pending = await removeBridges(cluster, bridges, operated);
    if (pending.length) throw unreachable(pending);
    note(bridges.length ? String(bridges.length) : "none");
  });
  await steps.step("Removing the clients", async (note) => {
    await Promise.all(
      clients.map(({ metadata }) =>
        removeClient(cluster, { namespace, name: metadata?.name ?? "" }, operated)
      ),
    );
    note(clients.length ? String(clients.length) : "none");
  });
  const stays = await steps.step("Removing Gefyra", async (note) => {
    const stays = await uninstall(cluster, namespace, "all");
    if (stays) note(stays);
    return stays;
  });
  return { changed: true, stays };
}

/** Without the operator, nobody would restore them. */
const unreachable = (pending: string[]) =>
  new GefyraError("unreachable-pod", `Cannot uninstall Gefyra: ${pending.join("; ")}`, {
    exit: "unreachable",
    hint: "the operator restores these pods as soon as they answer: repeat the command then",
  });

/** Pure. */
export function refuseUsed(namespace: string, clients: GefyraClient[], bridges: GefyraBridge[]): void {
  if (clients.length === 0) return;
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const names = bridges.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
  const list = names.length ? ` (${names.slice(0, 5).join(", ")}${names.length > 5 ? " …" : ""})` : "";
  throw new GefyraError(
    "installation-used",
    `Cannot uninstall Gefyra from namespace "${namespace}": ${counted(clients.length, "client")} and ` +
      `${counted(bridges.length, "bridge")}${list} use it`,
    {
      exit: "conflict",
      hint: "ask their users to run `gefyra down`, or restore and remove all of them with --force",
    },
  );
}
