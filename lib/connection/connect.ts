/** Finds an endpoint that answers, measures the path, and leaves Cargo connected over it. */
import type { GefyraClient, TunnelStatus } from "../api/client.ts";
import { cargoFiles } from "../config/cargo.ts";
import { GefyraError } from "../errors.ts";
import type { Note } from "../steps.ts";
import { candidatesFor, isRelayed } from "./candidates.ts";
import { cargoApply, cargoConfirm, cargoStatus, type Path } from "./cargo.ts";
import { type Connection, dockerNames } from "./connection.ts";
import { type Candidate, describeCandidate, describeTunnel, hostPort } from "./endpoints.ts";
import { keepEndpoint } from "./keep-endpoint.ts";
import { tellMtu } from "./mtu.ts";
import type { UpOptions } from "./options.ts";
import { onlyCluster } from "./ranges.ts";
import type { Search } from "./reach.ts";
import { lastWordsOfRelay, removeRelay, startRelay } from "./relay.ts";
import type { Tools } from "./tools.ts";
import { tryEndpoints } from "./try-endpoints.ts";

export interface Connected extends Path {
  endpoint: Candidate;
  changed: boolean;
}

export async function connect(
  tools: Tools,
  connection: Connection,
  client: GefyraClient,
  { install: { images, service }, network, transport }: Pick<UpOptions, "install" | "network" | "transport">,
  note: Note,
): Promise<Connected> {
  const { engine, cluster } = tools;
  const tunnel = client.status!.tunnel!;
  const candidates = await candidatesFor(tools, connection, tunnel, transport, service);
  const { cargo } = dockerNames(connection.name);
  const settings = {
    only: network.egress === "local" ? await onlyCluster(cluster, tunnel) : undefined,
    mtu: (await cargoStatus(engine, cargo)).mtu,
  };
  let relayed = false, refusal: string | undefined;
  const apply: Search["apply"] = async (endpoint, mtu = settings.mtu) => {
    // Without the relay, nothing answers on loopback.
    const endpoints = candidates.filter((one) => relayed || !isRelayed(one)).map(hostPort);
    const more = { endpoints, mtu, ...(endpoint ? { endpoint: hostPort(endpoint) } : {}) };
    const files = cargoFiles(tunnel, connection.subnet, { ...settings, ...more });
    return !(await cargoApply(engine, cargo, files)).includes("unchanged");
  };
  const useRelay: Search["startRelay"] = async () => {
    try {
      const started = await startRelay(tools, connection, images);
      relayed = true;
      return started;
    } catch (error) {
      if (!(error instanceof GefyraError && error.exit === "forbidden")) throw error;
      refusal = error.message;
      return undefined;
    }
  };
  const search: Search = { tools, cargo, candidates, apply, startRelay: useRelay };
  const reached = await keepEndpoint(search) ?? await tryEndpoints(search);
  if (!reached) {
    const words = relayed ? await lastWordsOfRelay(engine, connection) : refusal;
    await removeRelay(engine, connection);
    throw unreachable(candidates, tunnel, words ? ` (${words})` : "");
  }
  const { endpoint, path } = reached;
  const { mtu, latencyMs } = path;
  relayed = isRelayed(endpoint);
  const adapted = await apply(endpoint, mtu);
  const left = !relayed && await removeRelay(engine, connection);
  const changed = reached.changed || adapted || left;
  await tellMtu(cluster, client, mtu);
  // Last, because each step above may have moved one direction to another endpoint.
  if (changed && !await cargoConfirm(engine, cargo)) throw unreachable([endpoint], tunnel, "");
  note(`connected over ${describeTunnel(endpoint, path)}`);
  return { endpoint, mtu, latencyMs, changed };
}

function unreachable(tried: Candidate[], { nodePort }: TunnelStatus, words: string): GefyraError {
  const over = tried.length
    ? tried.map(describeCandidate).join(", nor ") + words
    : "the requested transport, for which there is no endpoint";
  return new GefyraError("no-handshake", `Cannot reach Stowaway: no answer over ${over}`, {
    exit: "unreachable",
    hint: tried.length && tried.every(isRelayed)
      ? "without --transport `gefyra up` tries UDP as well"
      : `allow UDP ${nodePort} to a node of the cluster, or name an address with --endpoint`,
  });
}
