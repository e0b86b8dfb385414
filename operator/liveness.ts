/** Who was heard lately, by the bytes that WireGuard received; a client that is silent for too long is removed. */
import { KEEPALIVE_S } from "../lib/names.ts";
import { clientRef, type GefyraClient } from "../lib/resources/client.ts";
import { type Context, keys, writeStatus } from "./context.ts";
import type { Tunnel } from "./tunnel.ts";
import { uninstall } from "./uninstall.ts";

export interface Heard {
  bytes: number;
  /** Unix milliseconds. */
  at: number;
}

/** Status is written at most this often, since every write wakes all who watch. */
const WRITE_EVERY_MS = 30_000;

export function startLiveness(context: Context, tunnel: Tunnel) {
  const heard = new Map<string, Heard>();
  const startedAt = Date.now();
  let vanished = false;

  return async (): Promise<void> => {
    const { world, cluster, namespace, queue } = context;
    queue.addLater(keys.liveness, KEEPALIVE_S * 1000);
    const clients = world.clients.all().filter(({ metadata }) => !metadata?.deletionTimestamp);
    if (world.clients.all().length === 0) {
      if (vanished) await uninstall(context);
      return;
    }
    const peers = (await tunnel.status())?.peers ?? [];
    const now = Date.now();
    for (const client of clients) {
      const name = client.metadata?.name ?? "";
      const peer = peers.find(({ publicKey }) => publicKey === client.spec.publicKey);
      const at = hear(heard, client.spec.publicKey, peer?.rxBytes ?? 0, now);
      if (at !== undefined) await noteSeen(context, client, at);
      else if (now - lastSign(client, heard.get(client.spec.publicKey)?.at, startedAt) > timeoutOf(client)) {
        context.log(`client ${name}: silent for ${client.spec.disconnectTimeout} s, removed`);
        vanished = true;
        await cluster.remove(clientRef(namespace, name));
      }
    }
  };
}

const timeoutOf = ({ spec }: GefyraClient) => spec.disconnectTimeout * 1000;

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
  const { world, namespace } = context;
  const name = client.metadata?.name ?? "";
  const last = new Date(client.status?.lastSeen ?? 0).getTime();
  if (client.status?.phase === "Connected" && at - last < WRITE_EVERY_MS) return;
  const lastSeen = new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  const known = world.clients.get(namespace, name) ?? client;
  await writeStatus(context, world.clients, clientRef(namespace, name), known, {
    ...known.status,
    phase: "Connected",
    lastSeen,
  });
}
