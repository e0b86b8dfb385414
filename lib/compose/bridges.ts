/** The bridge of a service: as often as one likes, and only where something has changed. */
import { appStopped, listApps, requireApp } from "../app/apps.ts";
import { clientOf, type RunTools } from "../app/run.ts";
import { listens } from "../app/listening.ts";
import { bridgeRef, type GefyraBridge } from "../api/bridge.ts";
import { createBridge } from "../bridge/create.ts";
import { defaultBridgeName } from "../bridge/name.ts";
import { bridgesOfApps, removeAll } from "../bridge/of-apps.ts";
import { removeBridge, removeBridges } from "../bridge/remove.ts";
import { isSame } from "../bridge/same.ts";
import type { BridgeOptions } from "../bridge/validate.ts";
import { visibleBridges } from "../bridge/visible.ts";
import { translate } from "../config/addresses.ts";
import type { Connection } from "../connection/connection.ts";
import { operatorRuns } from "../install/operator-state.ts";
import type { ServiceBridge } from "./settings.ts";

export interface BridgedService {
  /** Its container. */
  app: string;
  namespace: string;
  bridge: ServiceBridge;
}

/** Returns notes for the user. */
export async function bridgeService(
  tools: RunTools,
  connection: Connection,
  { app, namespace, bridge }: BridgedService,
): Promise<string[]> {
  const { engine, cluster, steps } = tools;
  const name = defaultBridgeName(app, bridge.target.name);
  const wanted: BridgeOptions = { ...bridge, name, app, namespace };
  const [client, apps] = await Promise.all([clientOf(cluster, connection), listApps(engine, connection)]);
  const found = requireApp(apps, app, "bridge to");
  const { address } = found, subnet = client.status?.tunnel?.subnet;
  if (!address) throw appStopped(found, "bridge to");
  const tunnelAddress = subnet ? translate(address, subnet) : "";
  const existing = await cluster.get<GefyraBridge>(bridgeRef(namespace, name));
  if (existing && isAs(existing, wanted, { client: connection.client, address: tunnelAddress })) {
    return [];
  }
  if (existing?.spec.client === connection.client) {
    await steps.step(
      `Removing bridge ${name}, which has changed`,
      async () =>
        void await removeBridge(cluster, existing, await operatorRuns(cluster, connection.namespace)),
    );
  }
  const ready = await steps.step(
    `Waiting for ${app} to listen`,
    () =>
      listens(engine, connection, { name: app, address, tunnelAddress }, {
        ports: bridge.ports,
        over: () => false,
      }),
  );
  const notes: string[] = [];
  const { problems } = await createBridge({ ...tools, notes }, connection, wanted);
  return [...notes, ...ready ? [] : problems.map(({ message, remedy }) => `${message} (${remedy})`)];
}

/** Whether a bridge does already what is wanted. Pure. */
export function isAs(
  bridge: Pick<GefyraBridge, "spec">,
  wanted: BridgeOptions,
  { client, address }: { client: string; address: string },
): boolean {
  const { spec } = bridge;
  return isSame(wanted, bridge) && spec.client === client && spec.destination.address === address;
}

/** The bridges that a project made for its apps and no longer says. One with a name of its own is the user's. Pure. */
export function staleBridges<T extends Pick<GefyraBridge, "metadata" | "spec">>(
  bridges: T[],
  services: { app: string; target: string | undefined }[],
): T[] {
  return bridges.filter(({ metadata, spec: { destination, target } }) =>
    services.some(({ app, target: wanted }) =>
      destination.name === app && target.name !== wanted &&
      metadata?.name === defaultBridgeName(app, target.name)
    )
  );
}

/** Removes them, so that their originals serve. */
export async function removeStale(
  { cluster, steps }: Pick<RunTools, "cluster" | "steps">,
  connection: Connection,
  services: { app: string; target: string | undefined }[],
): Promise<void> {
  const stale = staleBridges((await visibleBridges(cluster, connection)).bridges, services);
  if (stale.length === 0) return;
  await steps.step("Removing bridges that the project no longer has", async (note) => {
    note(stale.map(({ metadata }) => metadata?.name).join(", "));
    await removeBridges(cluster, stale, await operatorRuns(cluster, connection.namespace));
  });
}

/** Removes the bridges to apps, so that the originals serve. Returns what is left to do, or could not be seen. */
export async function unbridgeServices(
  { cluster, steps }: Pick<RunTools, "cluster" | "steps">,
  connection: Connection,
  apps: string[],
): Promise<string[]> {
  const found = await bridgesOfApps(cluster, connection, apps);
  const { length } = found.bridges;
  if (length === 0) return found.hidden ? [found.hidden] : [];
  return await steps.step("Restoring bridged containers", async (note) => {
    note(`${length}`);
    return await removeAll(cluster, connection, found);
  });
}
