/**
 * Which clients still send traffic, by the bytes that WireGuard has received from them: a keepalive comes every few seconds.
 * A client that is silent for a short time has its bridges suspended; one that is silent for too long is removed.
 */
import { KEEPALIVE_S, SUSPEND_AFTER_S } from "../../lib/settings.ts";
import { clientRef, type GefyraClient } from "../../lib/api/client.ts";
import { clientPhases } from "../../lib/api/phases.ts";
import { type Context, writeStatus } from "../runtime/context.ts";
import { requeueAfter, type Result } from "../runtime/result.ts";
import type { Tunnel } from "../stowaway/tunnel.ts";
import { uninstall } from "./uninstall.ts";

export interface Received {
  bytes: number;
  /** Unix milliseconds: when the last bytes came. */
  at: number;
}

/** At most this often `lastSeen` is written: every write wakes all that watch clients. */
const WRITE_EVERY_MS = 30_000;
/** Between two checks: while all clients send traffic, and while one does not. */
const CHECK_EVERY_MS = KEEPALIVE_S * 1000, CHECK_CLOSELY_EVERY_MS = 2_000;

export function livenessReconciler(context: Context, tunnel: Tunnel): () => Promise<Result> {
  /** By public key. */
  const received = new Map<string, Received>();
  const startedAt = Date.now();
  let removedOne = false;

  /** Milliseconds until the next check. */
  const check = async (): Promise<number> => {
    const { cache, cluster, namespace } = context;
    const all = cache.clients.all();
    prune(received, all);
    if (all.length === 0) {
      if (removedOne) await uninstall(context);
      return CHECK_EVERY_MS;
    }
    const status = await tunnel.status();
    const now = Date.now();
    let next = CHECK_EVERY_MS;
    for (const client of all.filter(({ metadata }) => !metadata?.deletionTimestamp)) {
      const { publicKey } = client.spec;
      const peer = status?.peers.find((one) => one.publicKey === publicKey);
      const at = recordReceived(received, publicKey, peer?.rxBytes ?? 0, now);
      const silence = now - (at ?? lastSeen(client, received.get(publicKey)?.at, startedAt));
      const state = classify(silence, { timeout: timeoutOf(client), listening: status !== undefined });
      if (at !== undefined) await writeSeen(context, client, at);
      else next = Math.min(next, untilNextCheck(silence));
      if (state === "silent") await writeSilent(context, client, silence);
      if (state !== "gone") continue;
      context.log(`client ${client.metadata?.name}: silent for ${client.spec.disconnectTimeout} s, removed`);
      removedOne = true;
      await cluster.remove(clientRef(namespace, client.metadata?.name ?? ""));
    }
    return next;
  };

  return async () => {
    try {
      return requeueAfter(await check());
    } catch (error) {
      return { ...requeueAfter(CHECK_CLOSELY_EVERY_MS), error };
    }
  };
}

const timeoutOf = ({ spec }: GefyraClient) => spec.disconnectTimeout * 1000;

/** Drops the counters of keys that no client has any more. */
export function prune(received: Map<string, Received>, clients: GefyraClient[]): void {
  const keys = new Set(clients.map(({ spec }) => spec.publicKey));
  for (const key of received.keys()) if (!keys.has(key)) received.delete(key);
}

/**
 * What a silence of so many milliseconds means. `listening`: Stowaway was running. Otherwise no client can be reached, so
 * the originals serve, but no client is removed. Pure.
 */
export function classify(
  silence: number,
  { timeout, listening }: { timeout: number; listening: boolean },
): "alive" | "silent" | "gone" {
  if (listening && silence > timeout) return "gone";
  return silence > SUSPEND_AFTER_S * 1000 ? "silent" : "alive";
}

/** Milliseconds until the next check of a silent client: at the latest when its silence becomes too long. Pure. */
export function untilNextCheck(silence: number): number {
  const left = SUSPEND_AFTER_S * 1000 - silence + 1;
  return left > 0 ? Math.min(left, CHECK_CLOSELY_EVERY_MS) : CHECK_CLOSELY_EVERY_MS;
}

/** `now` when the counter has changed since the last check, else `undefined`. */
export function recordReceived(
  received: Map<string, Received>,
  key: string,
  bytes: number,
  now: number,
): number | undefined {
  if (bytes === 0 || received.get(key)?.bytes === bytes) return undefined;
  received.set(key, { bytes, at: now });
  return now;
}

/** Unix milliseconds: the start of a silence. A restarted operator gives every client the whole time again. Pure. */
export function lastSeen(
  client: GefyraClient,
  receivedAt: number | undefined,
  operatorStart: number,
): number {
  const created = new Date(client.metadata?.creationTimestamp ?? 0).getTime();
  return Math.max(receivedAt ?? 0, created, operatorStart);
}

async function writeSeen(context: Context, client: GefyraClient, at: number): Promise<void> {
  const last = new Date(client.status?.lastSeen ?? 0).getTime();
  if (client.status?.phase === clientPhases.connected && at - last < WRITE_EVERY_MS) return;
  if (client.status?.phase === clientPhases.silent) {
    context.log(`client ${client.metadata?.name}: sends traffic again`);
  }
  const seen = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  await writePhase(context, client, { phase: clientPhases.connected, lastSeen: seen });
}

async function writeSilent(context: Context, client: GefyraClient, silence: number): Promise<void> {
  const phase = client.status?.phase;
  if (phase === clientPhases.silent || phase === clientPhases.refused) return;
  const seconds = Math.round(silence / 1000);
  context.log(`client ${client.metadata?.name}: silent for ${seconds} s, its bridges are suspended`);
  await writePhase(context, client, { phase: clientPhases.silent });
}

/** A change of the client is a change for its bridges too. */
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
