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
import type { WireguardStatus } from "../../lib/config/wireguard.ts";
import { byAge } from "../../lib/api/age.ts";
import { portKey } from "../../lib/workload/ports.ts";
import { createAttempts } from "../runtime/attempts.ts";
import type { Context } from "../runtime/context.ts";
import { coalesced } from "../runtime/serial.ts";
import { contract } from "../../lib/contract.ts";

const PROGRAM = contract.paths.stowaway;

export interface Tunnel {
  publicKey: string;
  nodePort: number;
  /** Configures the running Stowaway. The state that is applied, or `undefined` when none is running. */
  apply(): Promise<StowawayState | undefined>;
  /** The same for one bridge. A refusal does not matter to it while Stowaway forwards all its ports already. */
  ensureForwards(bridge: GefyraBridge): Promise<void>;
  /** Whether the last configuration that Stowaway took forwards all ports of a bridge. */
  isForwarded(bridge: GefyraBridge): boolean;
  status(): Promise<WireguardStatus | undefined>;
}

export async function openTunnel(context: Context): Promise<Tunnel> {
  const pair = await ensureKeys(context);
  const attempts = createAttempts();
  const service = await context.cluster.get<V1Service>({
    ...gvk.Service,
    namespace: context.namespace,
    name: STOWAWAY,
  });
  let applied: { container: string | undefined; mark: string; state: StowawayState } | undefined;
  let refusal: GefyraError | undefined;
  const apply = coalesced(async () => {
    const pod = runningStowaway(context);
    if (!pod) return undefined;
    const state = wantedState(pair.privateKey, context.cache.clients.all(), context.cache.bridges.all());
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
    applied = { container, mark, state };
    return state;
  });
  return {
    publicKey: pair.publicKey,
    nodePort: service?.spec?.ports?.[0]?.nodePort ?? 0,
    apply,
    ensureForwards: async (bridge) => {
      try {
        await apply();
      } catch (error) {
        const pod = runningStowaway(context);
        const same = pod && containerOf(pod)?.containerID === applied?.container;
        if (error !== refusal || !same || !applied || !forwards(applied.state, bridge)) throw error;
      }
    },
    isForwarded: (bridge) => applied !== undefined && forwards(applied.state, bridge),
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
 * The oldest client with a key keeps it: WireGuard identifies a peer by its key, and would give the addresses of one client
 * to the other. Pure.
 */
export function hasOwnKey(client: GefyraClient, clients: GefyraClient[]): boolean {
  const [first = client] = clients
    .filter(({ metadata, spec }) => !metadata?.deletionTimestamp && spec.publicKey === client.spec.publicKey)
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
): StowawayState {
  const known = clients.filter((client) => !client.metadata?.deletionTimestamp && hasOwnKey(client, clients))
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
  const forwards = bridges.flatMap((bridge) => {
    const { spec, status } = bridge, { address } = spec.destination;
    const to = known.find(({ client }) => isBridgeOf(bridge, client));
    if (!to || !isAppAddress(to.peer.subnet, address)) return [];
    return spec.ports.flatMap((wanted) => {
      const { local, protocol } = wanted;
      const port = status?.ports?.find((one) => portKey(one) === portKey(wanted))?.stowaway;
      return port === undefined ? [] : [{ port, address, local, protocol }];
    });
  });
  return { privateKey, peers: known.map(({ peer }) => peer), forwards };
}

/** Whether a state has all forwards of a bridge. Pure. */
export function forwards(state: StowawayState, { spec, status }: GefyraBridge): boolean {
  return spec.ports.every((wanted) => {
    const port = status?.ports?.find((one) => portKey(one) === portKey(wanted))?.stowaway;
    return state.forwards.some((one) =>
      one.port === port && one.address === spec.destination.address && one.local === wanted.local &&
      one.protocol === wanted.protocol
    );
  });
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
