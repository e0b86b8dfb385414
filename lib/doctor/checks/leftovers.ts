/** Finds unused objects, with the command that removes each. */
import type { Cluster } from "../../kube/cluster.ts";
import { isForbidden, missingRightIn } from "../../kube/rights.ts";
import { listConnections } from "../../connection/find.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Container, Engine } from "../../docker/engine.ts";
import { API_VERSION, CONNECTION_LABEL, DOCTOR, ROLE_LABEL } from "../../names.ts";
import { BRIDGE_KIND, type GefyraBridge } from "../../api/bridge.ts";
import { CLIENT_KIND, type GefyraClient } from "../../api/client.ts";
import { attention, type CheckResult, ok, type Result } from "../check-result.ts";

export interface Local {
  connections: Connection[];
  /** The containers with a connection's label. */
  containers: Container[];
}

export interface Remote {
  clients: GefyraClient[];
  bridges: GefyraBridge[];
}

/** A client sends every few seconds, and its status is updated every half minute. */
const SILENT_AFTER_MS = 180_000;

export async function checkLeftovers(
  engine: Engine | undefined,
  cluster: Cluster | undefined,
): Promise<CheckResult<object>> {
  const [local, remote] = await Promise.all([
    engine && localState(engine),
    cluster && remoteState(cluster).catch(unreadable),
  ]);
  const found = [
    ...(local ? localLeftovers(local) : []),
    ...(remote && "clients" in remote ? remoteLeftovers(remote, Date.now()) : []),
    ...(remote && "verdict" in remote ? [remote] : []),
  ];
  return { results: found.length ? found : [ok("none")], value: {} };
}

/** Developers see their own objects only. */
function unreadable(error: unknown): Result {
  if (!isForbidden(error)) throw error;
  return { verdict: "skipped", message: `not looked for in the cluster: ${missingRightIn(error)}` };
}

async function localState(engine: Engine): Promise<Local> {
  const [connections, containers] = await Promise.all([
    listConnections(engine),
    engine.containers({ [CONNECTION_LABEL]: "" }),
  ]);
  return { connections, containers };
}

async function remoteState(cluster: Cluster): Promise<Remote> {
  const [clients, bridges] = await Promise.all([
    cluster.list<GefyraClient>({ apiVersion: API_VERSION, kind: CLIENT_KIND }),
    cluster.list<GefyraBridge>({ apiVersion: API_VERSION, kind: BRIDGE_KIND }),
  ]);
  return { clients, bridges };
}

/** Connections without a running Cargo, and containers without a connection. Pure. */
export function localLeftovers({ connections, containers }: Local): Result[] {
  const nameOf = ({ labels }: Container) => labels[CONNECTION_LABEL] ?? "";
  const live = containers.filter(({ state, labels }) =>
    labels[ROLE_LABEL] === "cargo" && state === "running"
  );
  const dead = connections.filter(({ name }) => !live.some((cargo) => nameOf(cargo) === name));
  const orphans = new Map<string, string[]>();
  for (const container of containers) {
    const name = nameOf(container);
    if (connections.some((one) => one.name === name)) continue;
    orphans.set(name, [...orphans.get(name) ?? [], container.name]);
  }
  return [
    ...dead.map(({ name }) =>
      attention(
        `connection ${name} has no running Cargo`,
        `\`gefyra down --connection ${name}\`, or \`gefyra up\``,
      )
    ),
    ...[...orphans].map(([name, names]) =>
      attention(
        `left over from connection ${name}: ${names.sort().join(", ")}`,
        `gefyra down --connection ${name}`,
      )
    ),
  ];
}

/** Clients after a long silence, and bridges of clients that are gone. Pure. */
export function remoteLeftovers({ clients, bridges }: Remote, now: number): Result[] {
  const silent = clients.flatMap(({ metadata, status }) => {
    const last = new Date(status?.lastSeen ?? metadata?.creationTimestamp ?? now).getTime();
    const { name = "", namespace = "" } = metadata ?? {};
    if (now - last < SILENT_AFTER_MS) return [];
    return [attention(
      `client ${name} is silent for ${Math.round((now - last) / 60_000)} min`,
      `kubectl delete gefyraclient ${name} --namespace ${namespace}`,
    )];
  });
  const lost = bridges.filter(({ spec }) => !clients.some(({ metadata }) => metadata?.name === spec.client));
  return [
    ...silent,
    ...lost.filter(({ metadata }) => !metadata?.name?.startsWith(DOCTOR)).map(({ metadata, spec }) =>
      attention(
        `bridge ${metadata?.namespace}/${metadata?.name} belongs to client ${spec.client}, which is gone`,
        `kubectl delete gefyrabridge ${metadata?.name} --namespace ${metadata?.namespace}`,
      )
    ),
  ];
}
