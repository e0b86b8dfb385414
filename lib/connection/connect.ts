/** Finds an endpoint that answers and leaves Cargo connected to it. */
import type { V1Node } from "@kubernetes/client-node";
import { GefyraError } from "../errors.ts";
import { HANDSHAKE_TIMEOUT_MS } from "../names.ts";
import type { GefyraClient, TunnelStatus } from "../resources/client.ts";
import type { Note } from "../steps.ts";
import { cargoFiles } from "../tunnel/cargo.ts";
import { type Candidate, describeCandidate, endpointCandidates } from "../tunnel/endpoints.ts";
import { cargoApply, cargoStatus } from "./cargo.ts";
import { type Connection, dockerNames } from "./connection.ts";
import type { Tools, UpOptions } from "./up.ts";

export interface Connected {
  endpoint: Candidate;
  mtu: number;
  changed: boolean;
}

/** WireGuard repeats an unanswered first message after 5 s; a fresh peer asks at once. */
const ATTEMPT_MS = 1_500;
const LOOK_EVERY_MS = 50;

export async function connect(
  tools: Tools,
  connection: Connection,
  { status }: GefyraClient,
  options: UpOptions,
  note: Note,
): Promise<Connected> {
  const tunnel = status!.tunnel!;
  const candidates = await candidatesFor(tools, tunnel, options);
  const { cargo } = dockerNames(connection.name);
  const tried: string[] = [];
  for (const candidate of candidates) {
    const text = describeCandidate(candidate);
    tools.steps.debug(`trying ${text}`);
    if (candidate.network) await join(tools, candidate.network, cargo);
    const changed = await handshake(tools, cargo, tunnel, connection, candidate);
    if (changed !== undefined) {
      const { mtu } = await cargoStatus(tools.engine, cargo);
      note(`connected over ${text}, MTU ${mtu}`);
      return { endpoint: candidate, mtu, changed };
    }
    tried.push(text);
  }
  throw new GefyraError("no-handshake", `Cannot reach Stowaway: no answer over ${tried.join(", nor ")}`, {
    exit: "unreachable",
    hint:
      `let UDP ${tunnel.nodePort} through to a node of the cluster, or name its address with --host and --port`,
  });
}

async function candidatesFor({ engine, cluster }: Tools, tunnel: TunnelStatus, { host, port }: UpOptions) {
  if (host) return [{ transport: "node-port", host, port: port ?? tunnel.nodePort } satisfies Candidate];
  const nodes = await cluster.list<V1Node>({ apiVersion: "v1", kind: "Node" });
  const containers = await engine.containers({});
  const { server } = cluster;
  return endpointCandidates({ nodes, containers, server, nodePort: port ?? tunnel.nodePort });
}

async function join({ engine }: Tools, network: string, cargo: string): Promise<void> {
  const joined = Object.keys((await engine.inspect(cargo))?.NetworkSettings.Networks ?? {});
  if (!joined.includes(network)) await engine.connect(network, cargo);
}

/** Whether anything had to be changed for it; `undefined` when there is no answer. */
async function handshake(
  { engine }: Tools,
  cargo: string,
  tunnel: TunnelStatus,
  connection: Connection,
  { host, port }: Candidate,
): Promise<boolean | undefined> {
  const withPeer = cargoFiles(tunnel, connection.subnet, `${host}:${port}`);
  const withoutPeer = cargoFiles(tunnel, connection.subnet, undefined);
  const deadline = Date.now() + HANDSHAKE_TIMEOUT_MS;
  let changed = false;
  do {
    changed = !(await cargoApply(engine, cargo, withPeer)).includes("unchanged") || changed;
    const attempt = Date.now() + ATTEMPT_MS;
    do {
      const { peers } = await cargoStatus(engine, cargo);
      if (peers.some(({ latestHandshake }) => latestHandshake > 0)) return changed;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    } while (Date.now() < attempt);
    await cargoApply(engine, cargo, withoutPeer);
  } while (Date.now() < deadline);
  return undefined;
}
