/**
 * Who was heard lately, by the bytes that WireGuard received. A client that is silent for a short while has its bridges
 * suspended, one that is silent for too long is removed.
 */
import { KEEPALIVE_S, SUSPEND_AFTER_S } from "../../lib/settings.ts";
import { clientRef, type GefyraClient } from "../../lib/api/client.ts";
import { clientPhases } from "../../lib/api/phases.ts";
import { type Context, keys, writeStatus } from "../runtime/context.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { uninstall } from "./uninstall.ts";

export interface Heard {
  bytes: number;
  /** Unix milliseconds. */
  at: number;
}

/** Status is written at most this often, since every write wakes all who watch. */
const WRITE_EVERY_MS = 30_000;
/** Between two looks: while all are heard, and while one is not. */
const LOOK_EVERY_MS = KEEPALIVE_S * 1000, LOOK_CLOSELY_EVERY_MS = 2_000;

export function startLiveness(context: Context, tunnel: Tunnel) {
  const heard = new Map<string, Heard>();
  const startedAt = Date.now();
  let vanished = false;

  const look = async (): Promise<number> => {
    const { cache, cluster, namespace } = context;
    const clients = cache.clients.all().filter(({ metadata }) => !metadata?.deletionTimestamp);
    if (cache.clients.all().length === 0) {
      if (vanished) await uninstall(context);
      return LOOK_EVERY_MS;
    }
    const status = await tunnel.status();
    const now = Date.now();
    let next = LOOK_EVERY_MS;
    for (const client of clients) {
      const { publicKey } = client.spec;
      const peer = status?.peers.find((one) => one.publicKey === publicKey);
      const at = hear(heard, publicKey, peer?.rxBytes ?? 0, now);
      const silence = now - (at ?? lastSign(client, heard.get(publicKey)?.at, startedAt));
      const verdict = judge(silence, { timeout: timeoutOf(client), listening: status !== undefined });
      if (at !== undefined) await noteSeen(context, client, at);
      else next = Math.min(next, nextLook(silence));
      if (verdict === "silent") await noteSilent(context, client, silence);
      if (verdict !== "gone") continue;
      context.log(`client ${client.metadata?.name}: silent for ${client.spec.disconnectTimeout} s, removed`);
      vanished = true;
      await cluster.remove(clientRef(namespace, client.metadata?.name ?? ""));
    }
    return next;
  };

  return async (): Promise<void> => {
    let next = LOOK_CLOSELY_EVERY_MS;
    try {
      next = await look();
    } finally {
      context.queue.addLater(keys.liveness, next);
    }
  };
}

const timeoutOf = ({ spec }: GefyraClient) => spec.disconnectTimeout * 1000;

/**
 * What a silence of so many milliseconds means. `listening`: Stowaway was there to hear. Where it was not, nobody can be
 * reached, so the originals serve, but nobody is removed for it. Pure.
 */
export function judge(
  silence: number,
  { timeout, listening }: { timeout: number; listening: boolean },
): "alive" | "silent" | "gone" {
  if (listening && silence > timeout) return "gone";
  return silence > SUSPEND_AFTER_S * 1000 ? "silent" : "alive";
}

/** Milliseconds to the next look at one who was not heard: a silence that becomes too long is seen as it does. Pure. */
export function nextLook(silence: number): number {
  const left = SUSPEND_AFTER_S * 1000 - silence + 1;
  return left > 0 ? Math.min(left, LOOK_CLOSELY_EVERY_MS) : LOOK_CLOSELY_EVERY_MS;
}

/** The time when the counter has grown since the last look, else `undefined`. Pure but for its memory. */
export function hear(heard: Map<string, Heard>, key: string, bytes: number, now: number): number | undefined {
  const before = heard.get(key);
  if (bytes === 0 || before?.bytes === bytes) return undefined;
  heard.set(key, { bytes, at: now });
  return now;
}

/** Silence counts from the last sign of life; a new operator gives everybody the whole time again. Pure. */
export function lastSign(client: GefyraClient, heardAt: number | undefined, operatorStart: number): number {
  const created = new Date(client.metadata?.creationTimestamp ?? 0).getTime();
  return Math.max(heardAt ?? 0, created, operatorStart);
}

async function noteSeen(context: Context, client: GefyraClient, at: number): Promise<void> {
  const last = new Date(client.status?.lastSeen ?? 0).getTime();
  if (client.status?.phase === clientPhases.connected && at - last < WRITE_EVERY_MS) return;
  if (client.status?.phase === clientPhases.silent) {
    context.log(`client ${client.metadata?.name}: heard again`);
  }
  const lastSeen = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  await writePhase(context, client, { phase: clientPhases.connected, lastSeen });
}

async function noteSilent(context: Context, client: GefyraClient, silence: number): Promise<void> {
  if (client.status?.phase === clientPhases.silent) return;
  const seconds = Math.round(silence / 1000);
  context.log(`client ${client.metadata?.name}: silent for ${seconds} s, its bridges are suspended`);
  await writePhase(context, client, { phase: clientPhases.silent });
}

/** Its bridges watch: a change of the client wakes them. */
async function writePhase(
  context: Context,
  client: GefyraClient,
  change: Partial<NonNullable<GefyraClient["status"]>>,
): Promise<void> {
  const { cache, namespace } = context;
  const name = client.metadata?.name ?? "";
  const known = cache.clients.get(namespace, name) ?? client;
  await writeStatus(context, cache.clients, clientRef(namespace, name), known, {
    ...known.status,
    ...change,
  });
}
