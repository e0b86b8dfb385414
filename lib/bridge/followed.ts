/** What became of the connections that were open when a bridge was made. */
import type { GefyraBridge } from "../api/bridge.ts";
import { type Connections, connectionsText, drainMsOf, sumOf } from "../api/drain.ts";
import { setTimeout as delay } from "node:timers/promises";

/** Those of all pods together. Pure. */
export const connectionsOf = ({ status }: Pick<GefyraBridge, "status">): Connections =>
  sumOf((status?.pods ?? []).flatMap(({ connections }) => connections ?? []));

/** e.g. `3 open connections moved.`; empty if there were none. Pure. */
export const followedText = (bridge: Pick<GefyraBridge, "spec" | "status">): string =>
  connectionsText(connectionsOf(bridge), drainMsOf(bridge.spec) ?? 0);

/** Most connections move within a few requests of their clients; those in use for longer are not waited for. */
export const FOLLOW_MS = 1_500;

/** The bridge when its connections have followed, or as it is a little later. */
export async function untilFollowed(
  read: () => Promise<GefyraBridge | undefined>,
  bridge: GefyraBridge,
): Promise<GefyraBridge> {
  const end = Date.now() + FOLLOW_MS;
  let last = bridge;
  while (connectionsOf(last).open > 0 && Date.now() < end) {
    await delay(100);
    last = await read() ?? last;
  }
  return last;
}
