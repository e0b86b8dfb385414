/**
 * The way back of open connections. The kernel of a bridged pod forwards them, so their ends are in the network namespaces
 * of the app containers, and are closed there, between two requests, while the tunnel still carries them.
 */
import { setTimeout as delay } from "node:timers/promises";
import pTimeout from "p-timeout";
import { listApps } from "../app/apps.ts";
import type { AppContainer } from "../app/container.ts";
import type { GefyraBridge } from "../api/bridge.ts";
import { type Connections, drainMsOf, sumOf } from "../api/drain.ts";
import { type Connection, connectionLabels, dockerNames } from "../connection/connection.ts";
import { contract } from "../contract.ts";
import type { Engine } from "../docker/engine.ts";
import { imageOf } from "../images.ts";
import { STOWAWAY_TUNNEL_ADDRESS } from "../names.ts";
import { FOLLOW_MS } from "./followed.ts";

/** The ends of connections in one app container. */
export interface Ends {
  app: string;
  /** Of the app container, in the connection's network. */
  address: string;
  ports: number[];
  /** How long those in use may stay; absent where another bridge leads to the same port, whose connections stay. */
  drainMs?: number;
}

/** `others`: bridges that stay. Pure. */
export function endsOf(bridges: GefyraBridge[], others: GefyraBridge[], apps: AppContainer[]): Ends[] {
  return apps.flatMap(({ name: app, address }) => {
    const mine = bridges.filter((bridge) => bridge.spec.destination.name === app && follows(bridge));
    const ports = [...new Set(mine.flatMap(tcpPorts))];
    if (!address || ports.length === 0) return [];
    const shared = others.some((other) =>
      other.spec.destination.name === app && tcpPorts(other).some((port) => ports.includes(port))
    );
    const drainMs = Math.max(...mine.map(({ spec }) => drainMsOf(spec) ?? 0));
    return [{ app, address, ports, ...(shared ? {} : { drainMs }) }];
  });
}

/** What Nginx carries, Nginx ends, and a replaced container's connections end with it. */
const follows = ({ spec, status }: GefyraBridge): boolean =>
  drainMsOf(spec) !== undefined &&
  (status?.pods ?? []).some(({ mode, ports }) =>
    mode === "beside" && ports.some(({ path, protocol }) => path === "kernel" && protocol === "TCP")
  );

const tcpPorts = ({ spec }: GefyraBridge): number[] =>
  spec.ports.filter(({ protocol }) => protocol === "TCP").map(({ local }) => local);

const AGENT = contract.paths.agent;
const NONE: Connections = { moved: 0, cut: 0, open: 0 };
/** Longer than a container is needed here. */
const SPARE_S = 30;
/** For Docker, in each of the two steps: a container that hangs holds up no command. */
const LONGEST_MS = 5_000;
const REPORTS = "/tmp";

/**
 * Runs `remove`, which removes bridges, and then closes what is left of them in the app containers. Finds out while it runs
 * whether there is anything, and prepares: Docker needs a moment. What cannot be closed is reset by the bridged pods.
 */
export async function closingEnds<T>(
  engine: Engine,
  connection: Connection,
  { bridges, others }: { bridges: GefyraBridge[]; others: GefyraBridge[] },
  remove: () => Promise<T>,
): Promise<{ result: T; connections: Connections }> {
  const inTime = <R>(work: Promise<R>, otherwise: R) =>
    pTimeout(work, { milliseconds: LONGEST_MS, fallback: () => otherwise }).catch(() => otherwise);
  const preparing = inTime<Helper[]>(prepare(engine, connection, bridges, others), []);
  const result = await remove();
  const closed = await Promise.all(
    (await preparing).map((helper) => inTime(close(engine, helper), NONE)),
  );
  return { result, connections: sumOf(closed) };
}

interface Helper {
  ends: Ends;
  /** Of the container in the app's network namespace. */
  id: string;
}

async function prepare(
  engine: Engine,
  connection: Connection,
  bridges: GefyraBridge[],
  others: GefyraBridge[],
): Promise<Helper[]> {
  if (!bridges.some(follows)) return [];
  const all = endsOf(bridges, others, await listApps(engine, connection));
  const { cargo } = dockerNames(connection.name);
  const helpers = await Promise.all(all.map(async (ends) => {
    const flags = ends.ports.flatMap((port) => ["--forwarded", `${ends.address}:${port}`]);
    const { stdout } = await engine.exec(cargo, [AGENT, "connections", "count", ...flags]);
    return Number(stdout) > 0 ? [{ ends, id: await startHelper(engine, connection, ends) }] : [];
  }));
  return helpers.flat();
}

/** It removes itself, so that nothing waits for connections in use. */
async function startHelper(
  engine: Engine,
  connection: Connection,
  { app, drainMs = 0 }: Ends,
): Promise<string> {
  const id = await engine.create({
    Image: imageOf("cargo"),
    Entrypoint: ["sleep", `${drainMs / 1000 + SPARE_S}`],
    Labels: connectionLabels(connection.name, "drain"),
    HostConfig: {
      NetworkMode: `container:${app}`,
      CapDrop: ["ALL"],
      CapAdd: ["NET_ADMIN"],
      SecurityOpt: ["no-new-privileges"],
      AutoRemove: true,
    },
  });
  await engine.start(id);
  return id;
}

async function close(engine: Engine, { ends, id }: Helper): Promise<Connections> {
  const { ports, drainMs = SPARE_S * 1000 } = ends;
  const flags = [
    ...ports.flatMap((port) => ["--port", `${port}`]),
    ...["--peer", STOWAWAY_TUNNEL_ADDRESS],
    ...["--timeout", `${drainMs}ms`],
    ...["--report", `${REPORTS}/drain-all.json`],
  ];
  const drained = engine.exec(id, [AGENT, "connections", "drain", ...flags]).then(({ stdout }) =>
    JSON.parse(stdout) as Connections
  );
  const done = await Promise.race([drained.catch(() => NONE), delay(FOLLOW_MS, undefined, { ref: false })]);
  // Without a time of their own, those in use belong to a bridge that stays.
  if (done || ends.drainMs === undefined) await engine.remove(id);
  if (done) return done;
  const { stdout } = await engine.exec(id, [AGENT, "connections", "report", REPORTS]);
  const [report = NONE] = JSON.parse(stdout) as Connections[];
  return ends.drainMs === undefined ? { ...report, open: 0 } : report;
}
