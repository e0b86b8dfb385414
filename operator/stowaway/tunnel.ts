/** Stowaway's configuration: one peer per client, one forward per bridged port; always applied as a whole, over exec. */
import type { V1Pod, V1Secret, V1Service } from "@kubernetes/client-node";
import { archive } from "../../lib/archive.ts";
import { podIpv4 } from "../../lib/workload/ipv4.ts";
import { GefyraError } from "../../lib/errors.ts";
import { STOWAWAY, STOWAWAY_KEY_SECRET } from "../../lib/names.ts";
import { gvk } from "../../lib/api/gvk.ts";
import type { GefyraBridge } from "../../lib/api/bridge.ts";
import type { GefyraClient } from "../../lib/api/client.ts";
import { isBridgeOf } from "../../lib/api/owner.ts";
import { isAppAddress } from "../../lib/config/addresses.ts";
import { generateKeyPair, type KeyPair } from "../../lib/config/keys.ts";
import { stowawayFiles, type StowawayState } from "../../lib/config/stowaway.ts";
import type { Forward } from "../../lib/config/stowaway-nftables.ts";
import type { WireguardStatus } from "../../lib/config/wireguard.ts";
import { byAge } from "../../lib/api/age.ts";
import { portKey } from "../../lib/workload/ports.ts";
import { createAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { createSenders, type Senders, sendersOf } from "./senders.ts";
import { coalesced } from "../runtime/serial.ts";
import { contract } from "../../lib/contract.ts";

const PROGRAM = contract.paths.stowaway;

export interface Tunnel {
  publicKey: string;
  nodePort: number;
  /** Configures the running Stowaway. The state that is applied, or `undefined` when none is running. */
  apply(): Promise<StowawayState | undefined>;
  /**
   * The same for one bridge, or one of its pods. A refusal does not matter to it while Stowaway forwards all its ports
   * already.
   */
  ensureForwards(bridge: GefyraBridge, pod?: string): Promise<void>;
  /** Whether the last configuration that Stowaway took forwards all ports of a bridge for a pod, or for all its pods. */
  isForwarded(bridge: GefyraBridge, pod?: string): boolean;
  status(): Promise<WireguardStatus | undefined>;
}

/** `addresses`: those of this operator's own pod. */
export async function openTunnel(context: Context, addresses: string[] = []): Promise<Tunnel> {
  const pair = await ensureKeys(context);
  const attempts = createAttempts();
  const service = await context.cluster.get<V1Service>({
    ...gvk.Service,
    namespace: context.namespace,
    name: STOWAWAY,
  });
  const senders = createSenders(context.cache, { namespace: context.namespace, addresses });
  let applied: { container: string | undefined; mark: string; routes: Set<string> } | undefined;
  let refusal: GefyraError | undefined;
  const apply = coalesced(async () => {
    const pod = runningStowaway(context);
    if (!pod) return undefined;
    const bridges = context.cache.bridges.all().filter(({ status }) => status?.ports?.length);
    const state = wantedState(pair.privateKey, context.cache.clients.all(), bridges, senders(bridges));
    const files = stowawayFiles(state), container = containerOf(pod)?.containerID;
    const mark = JSON.stringify([container, files]);
    if (mark === applied?.mark) return state;
    // After a refusal it is tried again with growing delays, however many bridges need it.
    if (refusal && attempts.remaining(STOWAWAY, mark) > 0) throw refusal;
    const stdin = await archive(files);
    const result = await context.cluster.exec(target(context, pod), [PROGRAM, "apply"], { stdin });
    if (result.exitCode !== 0) {
      refusal = new GefyraError("stowaway-refused", `Cannot configure Stowaway: ${result.stderr.trim()}`);
      attempts.fail(STOWAWAY, mark);
      throw refusal;
    }
    context.log(`stowaway: ${result.stdout.trim()}`);
    attempts.succeed(STOWAWAY);
    applied = { container, mark, routes: routesOf(state) };
    return state;
  });
  const isForwarded: Tunnel["isForwarded"] = (bridge, pod) =>
    applied !== undefined && forwards(applied.routes, bridge, pod);
  return {
    publicKey: pair.publicKey,
    nodePort: service?.spec?.ports?.[0]?.nodePort ?? 0,
    apply,
    ensureForwards: async (bridge, pod) => {
      try {
        await apply();
      } catch (error) {
        const running = runningStowaway(context);
        const same = running && containerOf(running)?.containerID === applied?.container;
        const { namespace = "", name = "" } = bridge.metadata ?? {};
        const current = context.cache.bridges.get(namespace, name) ?? bridge;
        if (error !== refusal || !same || !isForwarded(current, pod)) throw error;
      }
    },
    isForwarded,
    status: async () => {
      const pod = runningStowaway(context);
      if (!pod) return undefined;
      const { exitCode, stdout } = await context.cluster.exec(target(context, pod), [PROGRAM, "status"]);
      return exitCode === 0 ? JSON.parse(stdout) as WireguardStatus : undefined;
    },
  };
}

export function runningStowaway({ cache }: Context): V1Pod | undefined {
  return cache.stowaways.all().find((pod) =>
    !pod.metadata?.deletionTimestamp && pod.status?.podIP && containerOf(pod)?.state?.running
  );
}

/**
 * The oldest client with a key and a place in the tunnel keeps it: WireGuard identifies a peer by its key, and would give
 * the addresses of one client to the other. Pure.
 */
export function hasOwnKey(client: GefyraClient, clients: GefyraClient[]): boolean {
  const [first = client] = clients
    .filter(({ metadata, spec, status }) =>
      !metadata?.deletionTimestamp && spec.publicKey === client.spec.publicKey && status?.tunnel
    )
    .sort(byAge);
  return first.metadata?.name === client.metadata?.name;
}

/** Where Carriers send the bridged traffic: IPv4, as the tunnel carries nothing else. */
export function stowawayAddress(context: Context): string | undefined {
  const pod = runningStowaway(context);
  return pod && podIpv4(pod);
}

const containerOf = ({ status }: V1Pod) => status?.containerStatuses?.find(({ name }) => name === "stowaway");

/** A bridge that may not lead to its client, or to no app of it, gets no forward. Pure. */
export function wantedState(
  privateKey: string,
  clients: GefyraClient[],
  bridges: GefyraBridge[],
  senders: Senders,
): StowawayState {
  // There may be thousands without a place.
  const placed = clients.filter(({ status }) => status?.tunnel);
  const known = placed.filter((client) => !client.metadata?.deletionTimestamp && hasOwnKey(client, placed))
    .flatMap((client) => {
      const { spec, status } = client;
      return status?.tunnel
        ? [{
          client,
          peer: {
            publicKey: spec.publicKey,
            subnet: status.tunnel.subnet,
            ...(spec.mtu ? { mtu: spec.mtu } : {}),
          },
        }]
        : [];
    });
  const forwards = [...bridges].sort(byAge).flatMap((bridge) => {
    const { address } = bridge.spec.destination;
    const to = known.find(({ client }) => isBridgeOf(bridge, client));
    if (!to || !isAppAddress(to.peer.subnet, address)) return [];
    const from = senders(bridge);
    return portsOf(bridge).flatMap(({ local, protocol, port }) =>
      port === undefined ? [] : [{ port, address, local, protocol, from }]
    );
  });
  return { privateKey, peers: known.map(({ peer }) => peer), forwards };
}

/** The ports of a bridge, each with its port of Stowaway. */
function portsOf({ spec, status }: GefyraBridge) {
  return spec.ports.map((wanted) => ({
    ...wanted,
    port: status?.ports?.find((one) => portKey(one) === portKey(wanted))?.stowaway,
  }));
}

/** Everything that a state forwards: from which pod, at which port, and where to. Pure. */
export function routesOf({ forwards }: StowawayState): Set<string> {
  return new Set(forwards.flatMap(({ from, ...forward }) => from.map((pod) => routeOf(pod, forward))));
}

function routeOf(pod: string, { port, address, local, protocol }: Omit<Forward, "from">): string {
  return `${pod} ${protocol} ${port} ${address} ${local}`;
}

/** Whether these are all that a bridge needs for a pod, or for all its pods. Pure. */
export function forwards(routes: Set<string>, bridge: GefyraBridge, pod?: string): boolean {
  const senders = sendersOf(bridge), { address } = bridge.spec.destination;
  const sources = pod === undefined ? [...senders.values()] : [senders.get(pod)];
  return portsOf(bridge).every(({ local, protocol, port }) =>
    port !== undefined &&
    sources.every((source) => source && routes.has(routeOf(source, { port, address, local, protocol })))
  );
}

const target = ({ namespace }: Context, pod: V1Pod) => ({
  namespace,
  pod: pod.metadata?.name ?? "",
  container: "stowaway",
});

/** Stowaway's keys, made once and kept in a Secret, so that a new Stowaway is the same peer. */
async function ensureKeys({ cluster, namespace }: Context): Promise<KeyPair> {
  const ref = { ...gvk.Secret, namespace, name: STOWAWAY_KEY_SECRET };
  const secret = await cluster.get<V1Secret>(ref);
  if (secret?.data?.privateKey && secret.data.publicKey) {
    return { privateKey: atob(secret.data.privateKey), publicKey: atob(secret.data.publicKey) };
  }
  const pair = await generateKeyPair();
  if (await cluster.patch(ref, { stringData: { ...pair } })) return pair;
  throw new GefyraError(
    "secret-missing",
    `Cannot keep Stowaway's keys: there is no Secret "${STOWAWAY_KEY_SECRET}" in namespace "${namespace}"`,
    { exit: "notFound", hint: "`gefyra up` or, by an administrator, `gefyra install` creates it again" },
  );
}
