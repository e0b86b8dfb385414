/** `gefyra status`: the actual state, not the desired one. */
import type { V1Deployment, V1StatefulSet } from "@kubernetes/client-node";
import type { Problem } from "../app/problems.ts";
import { activePods, observeBridges, type ObservedBridge, remarkOf } from "../bridge/observe.ts";
import type { Cluster } from "../kube/cluster.ts";
import type { Engine, Network } from "../docker/engine.ts";
import { messageOf } from "../errors.ts";
import { isForbidden, missingRightIn } from "../kube/rights.ts";
import { OPERATOR, STOWAWAY } from "../names.ts";
import { gvk } from "../api/gvk.ts";
import { clientRef, type GefyraClient } from "../api/client.ts";
import { bridgePhases, clientPhases } from "../api/phases.ts";
import { contains } from "../config/addresses.ts";
import { targetText } from "../workload/target.ts";
import { cargoStatus } from "./cargo.ts";
import { findConnection, listConnections } from "./find.ts";
import { type Connection, dockerNames } from "./connection.ts";

export interface CargoState {
  running: boolean;
  /** Why its state is unknown. */
  reason?: string;
  endpoint?: string;
  /** The transport, for people. */
  transport?: string;
  handshakeAgeSeconds?: number;
  mtu?: number;
  device?: string;
}

export interface BridgeState {
  namespace: string;
  name: string;
  /** e.g. `deployment/web`. */
  target: string;
  app: string;
  phase: string;
  /** The operator's message; absent if all pods are bridged. */
  message: string;
  /** e.g. `1/2`: active pods and all pods of the target. */
  pods: string;
  /** Problems on this machine. */
  problems: Problem[];
}

export interface ClusterState {
  reachable: boolean;
  reason?: string;
  operator?: boolean;
  stowaway?: boolean;
  /** Phase of the GefyraClient; absent if the cluster does not have it. */
  client?: string;
  /** What this user may not read, and which right is missing. */
  unknown?: Partial<Record<"operator" | "stowaway" | "client", string>>;
}

export interface Status {
  connected: boolean;
  /** Absent without a connection. */
  connection?: Connection;
  cargo?: CargoState;
  cluster?: ClusterState;
  /** Absent if they cannot be listed. */
  bridges?: BridgeState[];
  /** Which bridges could not be seen, and why; absent if none are hidden. */
  hidden?: string;
}

/** WireGuard renews its keys every two minutes while it is used; after three minutes they are no longer valid. */
export const STALE_AFTER_S = 180;

type ConnectCluster = (connection: Connection) => Promise<Cluster>;

/** Of the named connection. */
export async function status(engine: Engine, name: string, connectCluster: ConnectCluster): Promise<Status> {
  await engine.version();
  const connection = await findConnection(engine, name);
  return connection ? await observe(engine, connection, connectCluster) : { connected: false };
}

export interface Statuses {
  /** Whether there is a connection, and all connections work. */
  connected: boolean;
  connections: Status[];
}

/** Of all connections of this machine. */
export async function statuses(engine: Engine, connectCluster: ConnectCluster): Promise<Statuses> {
  await engine.version();
  const all = await listConnections(engine);
  const connections = await Promise.all(all.map((one) => observe(engine, one, connectCluster)));
  return { connected: all.length > 0 && connections.every(({ connected }) => connected), connections };
}

async function observe(
  engine: Engine,
  connection: Connection,
  connectCluster: ConnectCluster,
): Promise<Status> {
  const [cargo, { bridges, hidden, ...cluster }] = await Promise.all([
    observeCargo(engine, connection),
    observeCluster(engine, connection, connectCluster),
  ]);
  const connected = isConnected(cargo, cluster);
  const listed = { ...(bridges ? { bridges } : {}), ...(hidden ? { hidden } : {}) };
  return { connected, connection, cargo, cluster, ...listed };
}

/** The last handshake stays recent for minutes after the other end is gone. Pure. */
export function isConnected(cargo: CargoState, { client, stowaway, unknown }: ClusterState): boolean {
  const runs = stowaway === true || unknown?.stowaway !== undefined;
  return isFresh(cargo) && client !== undefined && client !== REMOVING && runs;
}

/** Shown instead of its phase: the client is being deleted, as with its namespace. */
const REMOVING = "Removing";

const isFresh = ({ handshakeAgeSeconds }: CargoState) =>
  handshakeAgeSeconds !== undefined && handshakeAgeSeconds < STALE_AFTER_S;

/** The state that Docker alone can show. */
export interface LocalState extends Connection {
  connected: boolean;
  cargo: CargoState;
}

export async function localStates(engine: Engine): Promise<LocalState[]> {
  return await Promise.all((await listConnections(engine)).map(async (connection) => {
    const cargo = await observeCargo(engine, connection);
    return { ...connection, connected: isFresh(cargo), cargo };
  }));
}

export async function observeCargo(engine: Engine, connection: Connection): Promise<CargoState> {
  const { cargo } = dockerNames(connection.name);
  const container = await engine.inspect(cargo);
  if (!container?.State.Running) return { running: false };
  try {
    const { peers: [peer], mtu, device } = await cargoStatus(engine, cargo);
    const joined = Object.keys(container.NetworkSettings.Networks).filter((name) =>
      name !== connection.network
    );
    const networks = await Promise.all(joined.map((name) => engine.network(name)));
    return {
      running: true,
      mtu,
      device,
      ...(peer ? { endpoint: peer.endpoint, transport: transportOf(peer.endpoint, networks) } : {}),
      ...(peer?.latestHandshake
        ? { handshakeAgeSeconds: Math.max(0, Math.round(Date.now() / 1000 - peer.latestHandshake)) }
        : {}),
    };
  } catch (error) {
    return { running: true, reason: messageOf(error) };
  }
}

/** By the endpoint's address: on a Docker network that Cargo has joined, in Cargo itself, or elsewhere. Pure. */
export function transportOf(endpoint: string, joined: (Network | undefined)[]): string {
  const host = endpoint.replace(/:\d+$/, "");
  const network = joined.find((one) => one?.subnets.some((subnet) => contains(subnet, host)));
  if (network) return `Docker network ${network.name}`;
  return host.startsWith("127.") ? "API server" : "UDP";
}

async function observeCluster(
  engine: Engine,
  connection: Connection,
  connectCluster: (connection: Connection) => Promise<Cluster>,
): Promise<ClusterState & Pick<Status, "bridges" | "hidden">> {
  try {
    const cluster = await connectCluster(connection);
    await cluster.version();
    const { namespace } = connection;
    const unknown: NonNullable<ClusterState["unknown"]> = {};
    const readable = async <T>(part: keyof typeof unknown, answer: Promise<T>): Promise<T | undefined> => {
      try {
        return await answer;
      } catch (error) {
        if (!isForbidden(error)) throw error;
        unknown[part] = missingRightIn(error);
      }
    };
    const available = async (kind: "Deployment" | "StatefulSet", name: string) => {
      const ref = { ...gvk[kind], namespace, name };
      return ((await cluster.get<V1Deployment | V1StatefulSet>(ref))?.status?.availableReplicas ?? 0) > 0;
    };
    const [operator, stowaway, client, observed] = await Promise.all([
      readable("operator", available("Deployment", OPERATOR)),
      readable("stowaway", available("StatefulSet", STOWAWAY)),
      readable("client", cluster.get<GefyraClient>(clientRef(namespace, connection.client))),
      observeBridges({ engine, cluster }, connection).catch(() => undefined),
    ]);
    return {
      reachable: true,
      ...(operator === undefined ? {} : { operator }),
      ...(stowaway === undefined ? {} : { stowaway }),
      ...(client ? { client: phaseOf(client) } : {}),
      ...(Object.keys(unknown).length ? { unknown } : {}),
      ...(observed ? { bridges: observed.bridges.map(bridgeState) } : {}),
      ...(observed?.hidden ? { hidden: observed.hidden } : {}),
    };
  } catch (error) {
    return { reachable: false, reason: messageOf(error) };
  }
}

function phaseOf({ metadata, status }: GefyraClient): string {
  return metadata?.deletionTimestamp ? REMOVING : status?.phase ?? clientPhases.pending;
}

/** Pure. */
export function bridgeState({ metadata, spec, status, problems }: ObservedBridge): BridgeState {
  return {
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    target: targetText(spec.target),
    app: spec.destination.name,
    phase: status?.phase ?? bridgePhases.pending,
    message: remarkOf(status ? { status } : {}),
    pods: activePods(status ? { status } : {}),
    problems,
  };
}
