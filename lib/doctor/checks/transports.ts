/** Checks which transports to Stowaway work, with separate keys beside the transport in use. */
import type { V1Node, V1Service } from "@kubernetes/client-node";
import type { Cluster } from "../../kube/cluster.ts";
import { unlessForbidden } from "../../kube/rights.ts";
import type { Connection } from "../../connection/connection.ts";
import { STALE_AFTER_S } from "../../connection/status.ts";
import type { Engine } from "../../docker/engine.ts";
import { FIREWALL_MARK, STOWAWAY } from "../../names.ts";
import { gvk } from "../../api/gvk.ts";
import type { TunnelStatus } from "../../api/client.ts";
import { addressesIn, isRelayed } from "../../connection/candidates.ts";
import {
  apiServerCandidate,
  type Candidate,
  describeCandidate,
  endpointCandidates,
  hostPort,
} from "../../connection/endpoints.ts";
import { broken, type CheckResult, ok, type Result } from "../check-result.ts";
import { expectProbe, type ProbeClient } from "../probe.ts";
import type { Cargo } from "./tunnel.ts";
import { HANDSHAKES } from "../programs.ts";

export interface TransportsInput {
  engine: Engine;
  cluster: Cluster;
  connection: Connection;
  tunnel: TunnelStatus;
  cargo: Cargo;
  probeClient: ProbeClient;
}

export interface Tried {
  candidate: Candidate;
  inUse: boolean;
  /** Absent if there was no answer. */
  milliseconds?: number | undefined;
  /** The relay carries one session only, so it is not tried beside the tunnel: the tunnel's own session counts. */
  carries?: boolean | undefined;
}

/** WireGuard knows addresses only, so those that Cargo knows a candidate's name by. */
interface Resolved {
  candidate: Candidate;
  /** `ADDRESS:PORT` each. */
  addresses: string[];
}

/** Maximum number of addresses, because a large cluster has many. */
const MOST = 8;

export async function checkTransports(input: TransportsInput): Promise<CheckResult<Tried[]>> {
  const { engine, cluster, connection: { namespace }, tunnel, cargo } = input;
  const [nodes, service, containers] = await Promise.all([
    // Without the nodes' addresses, other transports are left.
    unlessForbidden(cluster.list<V1Node>({ ...gvk.Node }), []),
    cluster.get<V1Service>({ ...gvk.Service, namespace, name: STOWAWAY }),
    engine.containers({}),
  ]);
  const { server } = cluster, { nodePort } = tunnel;
  const candidates = endpointCandidates({ nodes, containers, server, nodePort, service });
  const addresses = await addressesIn(engine, cargo.name, candidates);
  const found = candidates.map((candidate, i) => ({ candidate, addresses: addresses[i] ?? [] }));
  const used = cargo.status.peers[0]?.endpoint;
  const asked = withUsed(found, used).slice(0, MOST);
  const direct = asked.map(({ candidate }) => candidate).filter((one) => !isRelayed(one));
  const answers = await handshakes(input, direct);
  const tried = asked.map(({ candidate, addresses }): Tried => ({
    candidate,
    inUse: used !== undefined && addresses.includes(used),
    milliseconds: answers.get(hostPort(candidate)),
    carries: isRelayed(candidate) && isFresh(cargo.status.peers[0]?.latestHandshake ?? 0),
  }));
  return { results: judgeTransports(tried, nodePort), value: tried };
}

const isFresh = (handshake: number) => Date.now() / 1000 - handshake < STALE_AFTER_S;

/** Adds the endpoint in use, which the user may have named. Pure. */
export function withUsed(found: Resolved[], used: string | undefined): Resolved[] {
  if (!used || found.some(({ addresses }) => addresses.includes(used))) return found;
  const [, host = "", port = ""] = used.match(/^(.*):(\d+)$/) ?? [];
  const candidate: Candidate = used === hostPort(apiServerCandidate)
    ? apiServerCandidate
    : { transport: "named", host, port: Number(port) };
  return [{ candidate, addresses: [used] }, ...found];
}

const RELAY_REMEDY =
  "`gefyra up` creates a new token and tries other transports; `docker logs` of the connection's " +
  "relay shows what is wrong";

/** One working transport is enough. Pure. */
export function judgeTransports(tried: Tried[], nodePort: number): Result[] {
  const reached = tried.some(({ milliseconds, carries }) => carries || milliseconds !== undefined);
  const remedy = "`gefyra up --transport api-server` needs no UDP; for a faster transport allow UDP " +
    `${nodePort} to a node of the cluster, or name an address that leads there with ` +
    "`gefyra up --endpoint HOST:PORT`";
  if (tried.length === 0) return [broken("no address of a node is known", remedy)];
  return tried.map(({ candidate, inUse, milliseconds, carries }): Result => {
    const text = describeCandidate(candidate);
    const measured = { ...candidate, inUse, milliseconds: milliseconds ?? null };
    if (carries) return ok(`${text}: in use`, measured);
    if (milliseconds !== undefined) {
      return ok(`${text}: answers after ${milliseconds} ms${inUse ? ", in use" : ""}`, measured);
    }
    const message = `${text}: no answer${inUse ? ", although in use" : ""}`;
    if (candidate.transport === "api-server") return broken(message, RELAY_REMEDY, measured);
    if (!reached) return broken(message, remedy, measured);
    if (inUse) return broken(message, "`gefyra up` switches to one that answers", measured);
    return { verdict: "idle", message, measured };
  });
}

/** Milliseconds by endpoint, for those that answered. Cargo joins the networks that it needs and leaves them again. */
async function handshakes(input: TransportsInput, candidates: Candidate[]): Promise<Map<string, number>> {
  const { engine, cluster, connection: { namespace }, tunnel, cargo, probeClient } = input;
  const joined = Object.keys((await engine.inspect(cargo.name))?.NetworkSettings.Networks ?? {});
  const missing = [...new Set(candidates.flatMap(({ network }) => network ?? []))]
    .filter((network) => !joined.includes(network));
  try {
    await Promise.all([
      expectProbe(cluster, namespace, probeClient),
      ...missing.map((one) => engine.connect(one, cargo.name)),
    ]);
    const script = ["bash", "-c", HANDSHAKES, "handshakes", `${FIREWALL_MARK}`, tunnel.serverPublicKey];
    const command = [...script, ...candidates.map(hostPort)];
    const { stdout } = await engine.exec(
      cargo.name,
      command,
      new TextEncoder().encode(probeClient.privateKey),
    );
    return new Map(
      stdout.split("\n").flatMap((row) => {
        const [endpoint = "", milliseconds] = row.split(" ");
        return milliseconds ? [[endpoint, Number(milliseconds)]] : [];
      }),
    );
  } finally {
    await Promise.all(missing.map((network) => engine.disconnect(network, cargo.name)));
  }
}
