/** The records that a bridge's status has of its pods. */
import {
  bridgeRef,
  type BridgeStatus,
  type GefyraBridge,
  type InterceptedPod,
} from "../../lib/api/bridge.ts";
import { type Context, keys, writeStatus } from "../runtime/context.ts";
import { sendersOf } from "../stowaway/senders.ts";

/** As the operator knows it now. */
export function currentBridge({ cache }: Context, bridge: GefyraBridge): GefyraBridge {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  return cache.bridges.get(namespace, name) ?? bridge;
}

export const recordsOf = (context: Context, bridge: GefyraBridge): InterceptedPod[] =>
  currentBridge(context, bridge).status?.pods ?? [];

/** The key of what is remembered about a bridge and one of its pods. */
export const keyOf = ({ metadata }: GefyraBridge, pod: { uid?: string } | undefined): string =>
  `${metadata?.uid}/${pod?.uid}`;

export async function writeBridgeStatus(
  context: Context,
  bridge: GefyraBridge,
  change: Partial<BridgeStatus>,
): Promise<void> {
  const { namespace = "", name = "" } = bridge.metadata ?? {};
  const known = context.cache.bridges.get(namespace, name);
  if (!known) return;
  const status = { ...known.status, ...change };
  await writeStatus(context, context.cache.bridges, bridgeRef(namespace, name), known, status);
  if (change.ports || losesSenders(known, { status })) context.queue.add(keys.tunnel);
}

/** Stowaway takes no more connections from a pod that is restored. Pods that come are told to it before their Carriers. */
function losesSenders(before: Pick<GefyraBridge, "status">, now: Pick<GefyraBridge, "status">): boolean {
  const left = sendersOf(now);
  return [...sendersOf(before).keys()].some((uid) => !left.has(uid));
}

/** False when the pod is gone or is being deleted. */
export const lives = ({ cache }: Context, { uid }: InterceptedPod): boolean =>
  cache.pods.all().some(({ metadata }) => metadata?.uid === uid && !metadata.deletionTimestamp);

const LONGEST_REASON = 1_000;

/**
 * The schema of the status admits no longer texts. Control characters, which a pod may print to change what a terminal
 * shows, become spaces.
 */
export const shortened = (text: string): string => {
  const printable = text.replace(/\p{Cc}+|[\u202a-\u202e\u2066-\u2069]/gu, " ");
  return printable.length > LONGEST_REASON ? `${printable.slice(0, LONGEST_REASON)}…` : printable;
};
