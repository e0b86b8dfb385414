/** What `gefyra status` tells: what is there, not what should be. */
import type { V1Deployment } from "@kubernetes/client-node";
import type { Cluster } from "../cluster/cluster.ts";
import type { Engine } from "../docker/engine.ts";
import { messageOf } from "../errors.ts";
import { OPERATOR, STOWAWAY } from "../names.ts";
import { clientRef, type GefyraClient } from "../resources/client.ts";
import { cargoStatus } from "./cargo.ts";
import { type Connection, dockerNames, findConnection } from "./connection.ts";

export interface Status {
  connected: boolean;
  /** Absent when `up` was not run. */
  connection?: Connection;
  cargo?: {
    running: boolean;
    endpoint?: string;
    handshakeAgeSeconds?: number;
    mtu?: number;
    device?: string;
  };
  cluster?: { reachable: boolean; reason?: string; operator?: boolean; stowaway?: boolean; client?: string };
}

/** WireGuard makes new keys every two minutes while it is used; after three they are not accepted any more. */
const STALE_AFTER_S = 180;

export async function status(
  engine: Engine,
  name: string,
  connectCluster: (connection: Connection) => Promise<Cluster>,
): Promise<Status> {
  await engine.version();
  const connection = await findConnection(engine, name);
  if (!connection) return { connected: false };
  const [cargo, cluster] = await Promise.all([
    observeCargo(engine, connection),
    observeCluster(connection, connectCluster),
  ]);
  const fresh = cargo.handshakeAgeSeconds !== undefined && cargo.handshakeAgeSeconds < STALE_AFTER_S;
  return { connected: fresh && cluster.client !== undefined, connection, cargo, cluster };
}

async function observeCargo(engine: Engine, connection: Connection): Promise<NonNullable<Status["cargo"]>> {
  const { cargo } = dockerNames(connection.name);
  if (!(await engine.inspect(cargo))?.State.Running) return { running: false };
  const { peers, mtu, device } = await cargoStatus(engine, cargo);
  const [peer] = peers;
  return {
    running: true,
    mtu,
    device,
    ...(peer ? { endpoint: peer.endpoint } : {}),
    ...(peer?.latestHandshake
      ? { handshakeAgeSeconds: Math.max(0, Math.round(Date.now() / 1000 - peer.latestHandshake)) }
      : {}),
  };
}

async function observeCluster(
  connection: Connection,
  connectCluster: (connection: Connection) => Promise<Cluster>,
): Promise<NonNullable<Status["cluster"]>> {
  try {
    const cluster = await connectCluster(connection);
    await cluster.version();
    const { namespace } = connection;
    const available = async (name: string) => {
      const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name };
      return ((await cluster.get<V1Deployment>(ref))?.status?.availableReplicas ?? 0) > 0;
    };
    const client = await cluster.get<GefyraClient>(clientRef(namespace, connection.client));
    return {
      reachable: true,
      operator: await available(OPERATOR),
      stowaway: await available(STOWAWAY),
      ...(client ? { client: client.status?.phase ?? "Pending" } : {}),
    };
  } catch (error) {
    return { reachable: false, reason: messageOf(error) };
  }
}
