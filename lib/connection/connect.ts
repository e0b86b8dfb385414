/** Finds an endpoint that answers, measures the path, and leaves Cargo connected over it. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import { GefyraError } from "../errors.ts";
import { CONNECT_TIMEOUT_MS, LOAD_BALANCER_TIMEOUT_MS, STOWAWAY } from "../names.ts";
import type { GefyraClient, TunnelStatus } from "../api/client.ts";
import type { Note } from "../steps.ts";
import { cargoFiles } from "../config/cargo.ts";
import {
  attempts,
  type Candidate,
  chooseCandidates,
  describeCandidate,
  describeLine,
  endpointCandidates,
  hostPort,
  loadBalancers,
} from "./endpoints.ts";
import { withAddresses } from "../config/ranges.ts";
import { waitFor } from "../wait.ts";
import { cargoApply, cargoConfirm, cargoImprove, cargoMeasure, cargoStatus, type Path } from "./cargo.ts";
import { type Connection, dockerNames } from "./connection.ts";
import { handshake } from "./handshake.ts";
import { tellMtu } from "./mtu.ts";
import { clusterRanges } from "./ranges.ts";
import { lastWordsOfRelay, removeRelay, startRelay } from "./relay.ts";
import type { Tools, UpOptions } from "./up.ts";

export interface Connected extends Path {
  endpoint: Candidate;
  changed: boolean;
}

export async function connect(
  tools: Tools,
  connection: Connection,
  client: GefyraClient,
  options: UpOptions,
  note: Note,
): Promise<Connected> {
  const { engine, cluster } = tools;
  const tunnel = client.status!.tunnel!;
  const candidates = await candidatesFor(tools, connection, tunnel, options);
  const { cargo } = dockerNames(connection.name);
  const line = {
    only: options.egress === "local" ? await onlyCluster(tools, tunnel) : undefined,
    mtu: (await cargoStatus(engine, cargo)).mtu,
  };
  let relayed = false, refusal: string | undefined;
  const apply: Apply = async (endpoint, mtu = line.mtu) => {
    // Nobody answers on loopback unless the relay runs.
    const endpoints = candidates.filter((one) => relayed || !isRelayed(one)).map(hostPort);
    const more = { endpoints, mtu, ...(endpoint ? { endpoint: hostPort(endpoint) } : {}) };
    const files = cargoFiles(tunnel, connection.subnet, { ...line, ...more });
    return !(await cargoApply(engine, cargo, files)).includes("unchanged");
  };
  const relay: StartRelay = async () => {
    try {
      const started = await startRelay(tools, connection, options.images);
      relayed = true;
      return started;
    } catch (error) {
      if (!(error instanceof GefyraError && error.exit === "forbidden")) throw error;
      refusal = error.message;
      return undefined;
    }
  };
  const ahead = await keep(tools, cargo, candidates, apply, relay) ??
    await probe(tools, cargo, candidates, apply, relay);
  if (!ahead) {
    const words = relayed ? await lastWordsOfRelay(engine, connection) : refusal;
    await removeRelay(engine, connection);
    throw unreachable(candidates, tunnel, words ? ` (${words})` : "");
  }
  const { endpoint, path } = ahead;
  const { mtu, latencyMs } = path;
  relayed = isRelayed(endpoint);
  const adapted = await apply(endpoint, mtu);
  const left = !relayed && await removeRelay(engine, connection);
  const changed = ahead.changed || adapted || left;
  await tellMtu(cluster, client, mtu);
  // Last of all, as each of these may have led one of the directions elsewhere.
  if (changed && !await cargoConfirm(engine, cargo)) throw unreachable([endpoint], tunnel, "");
  note(`connected over ${describeLine(endpoint, path)}`);
  return { endpoint, mtu, latencyMs, changed };
}

const isRelayed = ({ transport }: Candidate) => transport === "api-server";

type Apply = (endpoint?: Candidate, mtu?: number) => Promise<boolean>;
/** Whether the relay had to be made or started; `undefined` where this user may not use it. */
type StartRelay = () => Promise<boolean | undefined>;
interface Ahead {
  endpoint: Candidate;
  changed: boolean;
  path: Path;
}

/** A tunnel that works is kept, and goes over to a better endpoint where one answers, with all its connections. */
async function keep(
  tools: Tools,
  cargo: string,
  candidates: Candidate[],
  apply: Apply,
  startRelay: StartRelay,
): Promise<Ahead | undefined> {
  const { engine } = tools;
  const now = (await cargoStatus(engine, cargo)).peers[0];
  const [best] = candidates;
  const path = now?.latestHandshake ? await cargoMeasure(engine, cargo) : undefined;
  if (!now || !path || !best) return undefined;
  if (best.network) await join(tools, best.network, cargo);
  const resolved = await addressesIn(tools, cargo, candidates);
  const isNow = (endpoint = "") => candidates.find((_, i) => resolved[i]?.includes(endpoint));
  const before = isNow(now.endpoint);
  const started = isRelayed(before ?? best) && await startRelay();
  // An address that is not among those of now was forced before, or is gone: it is used until another one answers.
  const changed = await apply(before ?? asNamed(now.endpoint)) || started === true;
  let after: Candidate | undefined;
  for (let tries = 0; !after && tries < (started ? MOST_TRIES : 1); tries++) {
    await cargoImprove(engine, cargo);
    after = isNow((await cargoStatus(engine, cargo)).peers[0]?.endpoint);
  }
  if (!after) return undefined;
  if (after === before) return { endpoint: after, changed, path };
  const measured = await cargoMeasure(engine, cargo);
  return measured && { endpoint: after, changed: true, path: measured };
}

/** A relay that has just been started takes a moment, and each try about a second. */
const MOST_TRIES = 8;

function asNamed(endpoint: string): Candidate {
  const [, host = "", port = ""] = endpoint.match(/^(.*):(\d+)$/) ?? [];
  return { transport: "named", host, port: Number(port) };
}

/** Names as Cargo resolves them: WireGuard knows addresses only. */
async function addressesIn({ engine }: Tools, cargo: string, candidates: Candidate[]): Promise<string[][]> {
  return await Promise.all(candidates.map(async ({ host, port }) => {
    if (/^[\d.]+$/.test(host)) return [`${host}:${port}`];
    const { stdout } = await engine.exec(cargo, ["getent", "ahostsv4", host]);
    return stdout.split("\n").filter(Boolean).map((line) => `${line.split(/\s/)[0]}:${port}`);
  }));
}

async function probe(
  tools: Tools,
  cargo: string,
  candidates: Candidate[],
  apply: Apply,
  startRelay: StartRelay,
): Promise<Ahead | undefined> {
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  for (const { candidate, patience } of attempts(candidates)) {
    if (Date.now() > deadline && !isRelayed(candidate)) continue;
    tools.steps.debug(`trying ${describeCandidate(candidate)}`);
    if (candidate.network) await join(tools, candidate.network, cargo);
    if (isRelayed(candidate) && await startRelay() === undefined) continue;
    const answers = await handshake(
      tools.engine,
      cargo,
      {
        connect: () => apply(candidate),
        disconnect: () => apply(),
        // The relay keeps the first message until its stream is there.
      },
      patience,
      isRelayed(candidate) ? patience : undefined,
    );
    // A handshake is small: a way that answers it, and carries no more, is none.
    const path = answers ? await cargoMeasure(tools.engine, cargo) : undefined;
    if (path) return { endpoint: candidate, changed: true, path };
  }
  await apply();
  return undefined;
}

async function candidatesFor(
  { engine, cluster }: Tools,
  connection: Connection,
  tunnel: TunnelStatus,
  { host, port, service: wanted, transport }: UpOptions,
): Promise<Candidate[]> {
  if (transport === "api-server") return chooseCandidates([], transport);
  if (host) return [{ transport: "named", host, port: port ?? tunnel.nodePort }];
  const ref = { apiVersion: "v1", kind: "Service", namespace: connection.namespace, name: STOWAWAY };
  let service: V1Service | undefined;
  const look = async () => {
    service = await cluster.get<V1Service>(ref);
    return wanted?.type !== "LoadBalancer" || loadBalancers(service).length > 0;
  };
  await waitFor(look, { what: "an address of the load balancer", timeout: LOAD_BALANCER_TIMEOUT_MS });
  const [nodes, containers] = await Promise.all([
    cluster.list<V1Node>({ apiVersion: "v1", kind: "Node" }),
    engine.containers({}),
  ]);
  const { server } = cluster;
  const nodePort = port ?? tunnel.nodePort;
  return chooseCandidates(endpointCandidates({ nodes, containers, server, nodePort, service }), transport);
}

async function onlyCluster({ cluster }: Tools, { dns }: TunnelStatus): Promise<string[]> {
  const { pods, services } = await clusterRanges(cluster);
  return withAddresses([...pods, ...services, ...(dns.server ? [`${dns.server}/32`] : [])], []);
}

async function join({ engine }: Tools, network: string, cargo: string): Promise<void> {
  const joined = Object.keys((await engine.inspect(cargo))?.NetworkSettings.Networks ?? {});
  if (!joined.includes(network)) await engine.connect(network, cargo);
}

function unreachable(tried: Candidate[], { nodePort }: TunnelStatus, words: string): GefyraError {
  const ways = tried.length
    ? tried.map(describeCandidate).join(", nor ") + words
    : "the transport that was asked for, of which there is none here";
  return new GefyraError("no-handshake", `Cannot reach Stowaway: no answer over ${ways}`, {
    exit: "unreachable",
    hint: tried.length && tried.every(isRelayed)
      ? "without --transport `gefyra up` tries the ways over UDP as well"
      : `let UDP ${nodePort} through to a node of the cluster, or name an address with --endpoint`,
  });
}
